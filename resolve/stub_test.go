package resolve

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"

	"rdnsproxy/internal/lab"
	"rdnsproxy/limits"
)

func TestStatuses(t *testing.T) {
	for name, tt := range map[string]struct {
		fault lab.DNSFault
		want  Status
	}{
		"silence":        {lab.Drop, Timeout},
		"SERVFAIL":       {lab.ServFail, ServFail},
		"REFUSED":        {lab.Refused, Refused},
		"NOTIMP":         {lab.Rcode(dns.RcodeNotImplemented), ServFail},
		"wrong ID":       {lab.WrongID, Timeout},
		"wrong question": {lab.WrongQuestion, Invalid},
		"not a reply":    {lab.NotReply, Invalid},
		"TCP hangs up":   {func(x *lab.DNSExchange) { lab.Truncate(x); lab.HangUp(x) }, Invalid},
		"loop":           {lab.CNAMELoop, Loop},
		"other owner":    {lab.OtherOwner, Invalid},
		"other type":     {lab.OtherType, Invalid},
		"other class":    {lab.OtherClass, Invalid},
		"NXDOMAIN":       {lab.Rcode(dns.RcodeNameError), NXDomain},
		"no data":        {lab.Rcode(dns.RcodeSuccess), NoData},
		"truncation":     {lab.Truncate, OK},
		"garbage first":  {lab.GarbageFirst, OK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := hostZone(t)
			s.Fault("", tt.fault)
			r := asking(t, s)
			r.Config.Timeout = patience
			if tt.want == Timeout || tt.want == Invalid {
				r.Config.Timeout = brief
			}
			a := r.Forward(within(t), "host.example.com", IPv4, System)
			if a.Status != tt.want || a.Source.Where != s.Addr().String() || (a.Status == OK) != (len(a.Addrs) > 0) {
				t.Errorf("%+v, want %s", a, tt.want)
			}
		})
	}
}

// SERVFAIL and REFUSED are one server's trouble: the next one is asked. Of many
// failures the most telling is told. A silent server is asked without EDNS too.
func TestNextServer(t *testing.T) {
	for _, tt := range []struct {
		name     string
		faults   []lab.DNSFault
		want     Status
		source   int
		attempts int
		asked    []int
		silence  bool // somebody does not answer, which costs the timeout
	}{
		{"a server that fails", []lab.DNSFault{lab.ServFail, nil}, OK, 1, 2, []int{1, 1}, false},
		{"a server that refuses", []lab.DNSFault{lab.Refused, nil}, OK, 1, 2, []int{1, 1}, false},
		{"a silent server", []lab.DNSFault{lab.Drop, nil}, OK, 1, 2, []int{2, 1}, true},
		{"no such name ends it", []lab.DNSFault{lab.Rcode(dns.RcodeNameError), nil}, NXDomain, 0, 2, []int{1, 0},
			false},
		{"no data ends it", []lab.DNSFault{lab.Rcode(dns.RcodeSuccess), nil}, NoData, 0, 2, []int{1, 0}, false},
		{"a lame server", []lab.DNSFault{lame, nil}, OK, 1, 2, []int{1, 1}, false},
		{"a server that answers about something else", []lab.DNSFault{lab.OtherOwner, nil}, OK, 1, 2, []int{1, 1}, false},
		{"a lame server and a silent one", []lab.DNSFault{lame, lab.Drop}, Invalid, 0, 1, []int{1, 2}, true},
		{"two lame servers", []lab.DNSFault{lame, lame}, Invalid, 0, 2, []int{2, 2}, false},
		{"all fail", []lab.DNSFault{lab.Refused, lab.ServFail}, ServFail, 1, 2, []int{2, 2}, false},
		{"silence, then refused", []lab.DNSFault{lab.Drop, lab.Refused}, Refused, 1, 1, []int{2, 1}, true},
		{"the answer to another question", []lab.DNSFault{lab.WrongQuestion, lab.Drop}, Invalid, 0, 1, []int{2, 2},
			true},
		{"all silent", []lab.DNSFault{lab.Drop, lab.Drop}, Timeout, 0, 2, []int{3, 3}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var all []*lab.DNSServer
			timeout := 5 * time.Second // on a busy machine, an answer takes its time
			for _, f := range tt.faults {
				s := hostZone(t)
				if f != nil {
					s.Fault("", f)
				}
				all = append(all, s)
			}
			if tt.silence {
				timeout = brief
			}
			r := asking(t, all...)
			r.Config.Timeout, r.Config.Attempts = timeout, tt.attempts
			a := r.Forward(within(t), "host.example.com", IPv4, System)
			var asked []int
			for _, s := range all {
				asked = append(asked, s.Questions())
			}
			if a.Status != tt.want || a.Source.Where != all[tt.source].Addr().String() ||
				!slices.Equal(asked, tt.asked) {
				t.Errorf("want %s from %d, asked %v: got %+v, asked %v", tt.want, tt.source, tt.asked, a, asked)
			}
		})
	}
}

// lame is a server that neither has the zone nor looks names up: a referral
// without glue.
func lame(x *lab.DNSExchange) {
	lab.Rcode(dns.RcodeSuccess)(x)
	x.Reply.Authoritative, x.Reply.RecursionAvailable = false, false
}

func TestRotate(t *testing.T) {
	one, two := startDNS(t, lab.Zone("example.com", manyHosts(10)...)),
		startDNS(t, lab.Zone("example.com", manyHosts(10)...))
	r := asking(t, one, two)
	r.Config.Rotate = true
	for i := range 10 {
		r.Forward(within(t), Name(fmt.Sprintf("h%d.example.com", i)), IPv4, System)
	}
	if one.Questions() != 5 || two.Questions() != 5 {
		t.Errorf("%d and %d questions", one.Questions(), two.Questions())
	}
}

func TestAuthentic(t *testing.T) {
	s := hostZone(t)
	s.Fault("", lab.Authentic)
	for _, trust := range []bool{false, true} {
		r := asking(t, s)
		r.Config.TrustAD = trust
		if a := r.Forward(within(t), "host.example.com", IPv4, System); a.Authentic != trust {
			t.Errorf("trust %v: %+v", trust, a)
		}
	}
}

func TestExtendedError(t *testing.T) {
	s := hostZone(t)
	s.Fault("", lab.ServFail)
	s.Fault("host.example.com", lab.Extended(22, "no\x1b[2J reach"))
	a := asking(t, s).Forward(within(t), "host.example.com", IPv4, System)
	if a.Status != ServFail || a.Extended.String() != `22 (No Reachable Authority): (no\027[2J reach)` {
		t.Errorf("%s: %s", a.Status, a.Extended)
	}
}

func TestChains(t *testing.T) {
	long := []string{"c0 CNAME c1"}
	for i := 1; i <= maxChain; i++ {
		long = append(long, fmt.Sprintf("c%d CNAME c%d", i, i+1))
	}
	s := startDNS(t,
		lab.Zone("example.com", append(long, "c17 A 192.0.2.17", "a CNAME host", "host A 192.0.2.1", "host A 192.0.2.1",
			"host A 192.0.2.2",
			"out CNAME host.example.net.", "nowhere CNAME gone", "foreign CNAME host.example.org.", "self CNAME self",
			"onion CNAME x.onion.")...),
		lab.Zone("example.net", "host A 192.0.2.3"),
		lab.Zone("2.0.192.in-addr.arpa", "1 CNAME 1.0/25", `1.0/25 PTR host.example.com.`, "2 CNAME 2.0/25",
			"3 CNAME 3.0/25", "3.0/25 CNAME 3"),
	)
	ctx := within(t)
	for name, fault := range map[string]lab.DNSFault{"whole": nil, "cut short": lab.ShortChain} {
		t.Run(name, func(t *testing.T) {
			if fault != nil {
				s.Fault("", fault)
			}
			r := asking(t, s)
			for name, want := range map[Name]Answer{
				"a.example.com": {Status: OK, Addrs: addrs("192.0.2.1", "192.0.2.2"),
					Chain: []Name{"host.example.com"}},
				"out.example.com":     {Status: OK, Addrs: addrs("192.0.2.3"), Chain: []Name{"host.example.net"}},
				"c1.example.com":      {Status: OK, Addrs: addrs("192.0.2.17")},
				"c0.example.com":      {Status: Loop},
				"self.example.com":    {Status: Loop},
				"nowhere.example.com": {Status: NXDomain, Chain: []Name{"gone.example.com"}},
				"foreign.example.com": {Status: Refused, Chain: []Name{"host.example.org"}},
				"onion.example.com":   {Status: NXDomain, Chain: []Name{"x.onion"}},
			} {
				a := r.Forward(ctx, name, IPv4, System)
				if a.Status != want.Status || a.Question.Name != name || want.Addrs != nil &&
					!slices.Equal(a.Addrs, want.Addrs) || want.Chain != nil && !slices.Equal(a.Chain, want.Chain) {
					t.Errorf("%s: %+v", name, a)
				}
			}
			a := r.Reverse(ctx, netip.MustParseAddr("192.0.2.1"), System)
			if a.Status != OK || !slices.Equal(a.Names, []Name{"host.example.com"}) ||
				a.Canonical != `1.0\04725.2.0.192.in-addr.arpa` {
				t.Errorf("RFC 2317: %+v", a)
			}
			if a := r.Reverse(ctx, netip.MustParseAddr("192.0.2.2"), System); a.Status != NXDomain ||
				len(a.Chain) != 1 {
				t.Errorf("an alias of nothing: %+v", a)
			}
			if a := r.Reverse(ctx, netip.MustParseAddr("192.0.2.3"), System); a.Status != Loop {
				t.Errorf("a circle: %+v", a)
			}
		})
	}
	if n := s.Asked("x.onion", 0); n > 0 {
		t.Errorf("x.onion was asked for %d times", n)
	}
}

// What other names own never counts.
func TestForeignRecords(t *testing.T) {
	s := hostZone(t)
	s.Fault("", func(x *lab.DNSExchange) {
		for _, text := range []string{"evil.example. 60 IN A 6.6.6.6", "example. 60 IN SOA evil. evil. 1 1 1 1 1"} {
			rr, _ := dns.NewRR(text)
			x.Reply.Answer = append(x.Reply.Answer, rr)
			x.Reply.Ns = append([]dns.RR{rr}, x.Reply.Ns...)
		}
	})
	r := asking(t, s)
	if a := r.Forward(within(t), "host.example.com", IPv4, System); !slices.Equal(a.Addrs, addrs("192.0.2.1")) {
		t.Errorf("%+v", a)
	}
	if a := r.Forward(within(t), "none.example.com", IPv4, System); a.Status != NXDomain || a.Zone == nil ||
		a.Zone.Apex != "example.com" {
		t.Errorf("%+v", a)
	}
}

func TestManyPTRs(t *testing.T) {
	var records []string
	for i := range 500 {
		records = append(records, fmt.Sprintf("1 PTR h%d.example.com.", i))
	}
	longest := strings.Repeat(strings.Repeat("x", 63)+".", 3) + strings.Repeat("y", 61) + "."
	s := startDNS(t, lab.Zone("2.0.192.in-addr.arpa", append(records, "2 PTR "+longest)...),
		lab.Zone(".", longest+" A 192.0.2.2"))
	r := asking(t, s)
	if a := r.Reverse(within(t), netip.MustParseAddr("192.0.2.1"), System); a.Status != OK || len(a.Names) != 500 {
		t.Errorf("%s, %d names", a.Status, len(a.Names))
	}
	a := r.Reverse(within(t), netip.MustParseAddr("192.0.2.2"), System)
	if a.Status != OK || a.Names[0].wireLen() != 255 {
		t.Fatalf("255 bytes: %+v", a)
	}
	if b := r.Forward(within(t), a.Names[0], IPv4, System); b.Status != OK {
		t.Errorf("255 bytes, back: %+v", b)
	}
}

// Equal questions share a flight. A caller that gives up does not end the others' wait.
func TestShared(t *testing.T) {
	s := hostZone(t)
	heard, answer := make(chan struct{}, 100), make(chan struct{})
	s.Fault("", func(x *lab.DNSExchange) {
		heard <- struct{}{}
		<-answer
	})
	r := asking(t, s)
	first, cancel := context.WithCancel(context.Background())
	gone := make(chan Answer)
	go func() { gone <- r.Forward(first, "host.example.com", IPv4, System) }()
	<-heard
	var wg sync.WaitGroup
	var waiting atomic.Int32
	for range 20 {
		wg.Go(func() {
			waiting.Add(1)
			if a := r.Forward(within(t), "host.example.com", IPv4, System); a.Status != OK {
				t.Errorf("%+v", a)
			}
		})
	}
	for waiting.Load() < 20 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if a := <-gone; a.Status != Skipped {
		t.Errorf("who gave up got %+v", a)
	}
	<-heard // another one flies
	close(answer)
	wg.Wait()
	if n := s.Questions(); n != 2 {
		t.Errorf("%d questions", n)
	}
}

// TestKeep: with Keep, an answer is asked for again before its TTL is over, and until then
// it has what is left of its TTL, not of Keep.
func TestKeep(t *testing.T) {
	s := startDNS(t, lab.Zone("example.com", "host 60 A 192.0.2.1"))
	r := asking(t, s)
	r.Keep = time.Second
	ask := func() time.Duration { return r.Forward(within(t), "host.example.com", IPv4, System).TTL }
	ask()
	if ttl := ask(); ttl < 50*time.Second || s.Asked("host.example.com", 1) != 1 {
		t.Errorf("TTL %v, asked %d times", ttl, s.Asked("host.example.com", 1))
	}
	kept := r.stub.shared.calls[Question{"host.example.com", A}]
	if left := time.Until(kept.until); left > time.Second {
		t.Errorf("kept for %v", left)
	}
	kept.until = time.Now()
	if ask(); s.Asked("host.example.com", 1) != 2 {
		t.Error("an answer outlives Keep")
	}
}

func TestCache(t *testing.T) {
	s := startDNS(t, lab.Zone("example.com", "host 60 A 192.0.2.1", "zero 0 A 192.0.2.2"))
	s.Fault("fails.example.com", lab.ServFail)
	r := asking(t, s)
	for range 3 {
		for _, name := range []Name{"host.example.com", "zero.example.com", "none.example.com", "fails.example.com"} {
			r.Forward(within(t), name, IPv4, System)
		}
	}
	got := []int{s.Asked("host.example.com", 1), s.Asked("none.example.com", 1), s.Asked("zero.example.com", 1),
		s.Asked("fails.example.com", 1)}
	if d := cmp.Diff([]int{1, 1, 3, 3}, got); d != "" {
		t.Error(d)
	}
	kept := r.stub.shared.calls[Question{"host.example.com", A}]
	kept.lapses = time.Now().Add(1500 * time.Millisecond)
	if a := r.Forward(within(t), "host.example.com", IPv4, System); a.TTL > time.Second {
		t.Errorf("TTL %v of an answer that holds for a second", a.TTL)
	}
	kept.until = time.Now()
	if r.Forward(within(t), "host.example.com", IPv4, System); s.Asked("host.example.com", 1) != 2 {
		t.Error("an answer outlives its TTL")
	}
	full := shared{fetch: func(context.Context, Question) *Answer { return &Answer{Status: OK, TTL: time.Minute} }}
	for i := range 2 * limits.Answers {
		full.ask(within(t), Question{Name(fmt.Sprint(i)), A})
	}
	if n := len(full.calls) + len(full.older); n > limits.Answers || n < limits.Answers/2 {
		t.Errorf("%d answers kept", n)
	}
	again := 0
	full.fetch = func(context.Context, Question) *Answer { again++; return &Answer{Status: OK} }
	for i := range limits.Answers / 2 { // the last ones are still there
		full.ask(within(t), Question{Name(fmt.Sprint(2*limits.Answers - 1 - i)), A})
	}
	if again > 0 {
		t.Errorf("%d of the last answers were dropped", again)
	}
}

func TestZone(t *testing.T) {
	s := startDNS(t, lab.Zone("2.0.192.in-addr.arpa", "9 CNAME 9.sub.example.net."),
		lab.Zone("example.net", "x A 192.0.2.1"))
	s.Fault("dead.sub.2.0.192.in-addr.arpa", lab.ServFail)
	r := asking(t, s)
	for name, want := range map[Name]Name{
		"243.2.0.192.in-addr.arpa":             "2.0.192.in-addr.arpa",
		"2.0.192.in-addr.arpa":                 "2.0.192.in-addr.arpa",
		"9.2.0.192.in-addr.arpa":               "example.net",
		"dead.sub.2.0.192.in-addr.arpa":        "2.0.192.in-addr.arpa",
		"a.b.c.d.e.f.g.h.example.net":          "example.net",
		"1.2.3.4.example.org":                  "",
		"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.rs": "",
	} {
		before := s.Questions()
		got := Name("")
		if z := r.Zone(within(t), name); z != nil {
			got = z.Apex
			if z.Mailbox.Raw() != "hostmaster@"+string(got) || z.Primary != "ns."+got {
				t.Errorf("%s: %+v", name, z)
			}
		}
		if asked := s.Questions() - before; got != want || asked > maxZoneWalk {
			t.Errorf("%s: %q, want %q, after %d questions", name, got, want, asked)
		}
	}
}
