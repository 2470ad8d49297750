package resolve

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rdnsproxy/internal/lab"
	"rdnsproxy/safetext"
)

// Lookups find what is held, and ask for nothing else.
func TestHeldAnswersAreNotAskedFor(t *testing.T) {
	s := startDNS(t, lab.Zone("example.com", "host A 192.0.2.1", "host AAAA 2001:db8::1"),
		lab.Zone("2.0.192.in-addr.arpa", "1 PTR host.example.com."))
	r := asking(t, s)
	l := laneOf(t, r, LaneOptions{})
	addr := netip.MustParseAddr("192.0.2.1")
	list := []Question{
		{"host.example.com", A}, {"host.example.com", AAAA}, {ReverseName(addr), PTR}, {"2.0.192.in-addr.arpa", SOA},
	}
	var held []*Answer
	for _, a := range byLane(t, l, list...) {
		held = append(held, a)
	}
	l.Close()
	s.Close()
	other := asking(t, s) // without a cache
	h := other.Hold(within(t), time.Now().Add(patience), append(held, nil))
	defer h.Release()
	var types []Type
	for a := range other.Addresses(h, "host.example.com", AnyFamily, System) {
		types = append(types, a.Question.Type)
		if a.Status != OK || a.Took == 0 {
			t.Errorf("%+v", a)
		}
	}
	if slices.Sort(types); !slices.Equal(types, []Type{A, AAAA}) {
		t.Errorf("%v", types)
	}
	below := context.WithValue(h, budgetKey{}, NewBudget(0, 1))
	if a := other.Reverse(below, addr, System); a.Status != OK || a.Names[0] != "host.example.com" || a.Took == 0 {
		t.Errorf("%+v", a)
	}
	if a := other.Forward(below, "host.example.com", IPv6, DNSOnly); a.Status != OK {
		t.Errorf("%+v", a)
	}
	if z := other.Zone(h, "2.0.192.in-addr.arpa"); z == nil || z.Apex != "2.0.192.in-addr.arpa" {
		t.Errorf("%+v", z)
	}
	if h.timed != nil {
		t.Error("a timer was made")
	}
	if a := other.Fingerprints(below, "host.example.com"); a.Status != Skipped {
		t.Errorf("what is not held: %+v", a)
	}
}

// What one Resolver's servers said is not what another's say. Each finds its own, also where
// one Held is made from the other.
func TestHeldAnswersAreOneResolvers(t *testing.T) {
	s := startDNS(t, lab.Zone("example.com", "host A 192.0.2.1"))
	mine, theirs := asking(t, s), asking(t, s)
	q := Question{"host.example.com", A}
	answer := func(addr string) []*Answer {
		return []*Answer{{Question: q, Status: OK, Addrs: []netip.Addr{netip.MustParseAddr(addr)}}}
	}
	h := mine.Hold(within(t), time.Now().Add(patience), answer("192.0.2.2"))
	defer h.Release()
	both := theirs.Hold(h, time.Time{}, answer("192.0.2.3"))
	defer both.Release()
	for _, test := range []struct {
		ctx  context.Context
		r    *Resolver
		want string
	}{
		{h, mine, "192.0.2.2"}, {h, theirs, "192.0.2.1"}, {both, mine, "192.0.2.2"}, {both, theirs, "192.0.2.3"},
	} {
		if a := test.r.Forward(test.ctx, q.Name, IPv4, DNSOnly); len(a.Addrs) != 1 || a.Addrs[0].String() != test.want {
			t.Errorf("want %s: %+v", test.want, a)
		}
	}
	if s.Questions() != 1 {
		t.Errorf("%d questions", s.Questions())
	}
}

// A Held that has been released has ended, for contexts too that were made from it and are
// still there.
func TestHeldReleased(t *testing.T) {
	h := new(Resolver).Hold(context.Background(), time.Now().Add(time.Hour), nil)
	below, cancel := context.WithCancel(h)
	defer cancel()
	h.Release()
	<-below.Done()
	if h.Err() != context.Canceled || below.Err() != context.Canceled {
		t.Error(h.Err(), below.Err())
	}
}

// A Held is a context: its deadline, and what it was made from, end it.
func TestHeldIsAContext(t *testing.T) {
	past := new(Resolver).Hold(context.Background(), time.Now().Add(-time.Second), nil)
	defer past.Release()
	<-past.Done()
	if past.Err() != context.DeadlineExceeded {
		t.Error(past.Err())
	}
	ctx, cancel := context.WithCancel(context.Background())
	h := new(Resolver).Hold(ctx, time.Now().Add(time.Hour), nil)
	defer h.Release()
	done := h.Done()
	if h.Err() != nil {
		t.Error(h.Err())
	}
	cancel()
	<-done
	if h.Err() != context.Canceled {
		t.Error(h.Err())
	}
	soon, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	want, _ := soon.Deadline()
	if at, ok := new(Resolver).Hold(soon, time.Now().Add(time.Hour), nil).Deadline(); !ok || at != want {
		t.Error(at, ok)
	}
	if _, ok := new(Resolver).Hold(context.Background(), time.Time{}, nil).Deadline(); ok {
		t.Error("no deadline is one")
	}
}

// What a lane answers is what the ordinary way answers, byte for byte but for Took.
func TestLaneAndOrdinaryWayAgree(t *testing.T) {
	t.Parallel()
	var names []string
	for i := range 40 {
		names = append(names, "many PTR host-with-a-long-name-so-that-it-does-not-fit-"+string(rune('a'+i%26))+string(rune('a'+i/26))+".example.com.")
	}
	zone := lab.Zone("example.com", append([]string{
		"host A 192.0.2.1", "host A 192.0.2.2", "host A 192.0.2.1", "host 5 AAAA 2001:db8::1",
		"alias CNAME host", "twice CNAME alias", "away CNAME host.example.net.", "nowhere CNAME none", "loop CNAME pool", "pool CNAME loop",
		"ptr PTR host", "ptr PTR Other.Example.COM.", `odd PTR a\.b\032c.example.com.`, "root PTR .",
		"empty TXT x", "fp SSHFP 4 2 0000000000000000000000000000000000000000000000000000000000000000",
		"dead A 192.0.2.9", "lame A 192.0.2.9", "fails A 192.0.2.9", "refuses A 192.0.2.9", "ede A 192.0.2.3", "ad A 192.0.2.3",
	}, names...)...)
	s := startDNS(t, zone, lab.Zone("example.net", "host A 192.0.2.7"))
	s.Fault("dead.example.com", lab.Drop)
	s.Fault("fails.example.com", lab.ServFail)
	s.Fault("refuses.example.com", lab.Refused)
	s.Fault("lame.example.com", func(x *lab.DNSExchange) { x.Reply.Answer, x.Reply.RecursionAvailable = nil, false })
	s.Fault("away.example.com", lab.ShortChain)
	s.Fault("ede.example.com", lab.Extended(22, "text\x1b[31m"))
	s.Fault("ad.example.com", lab.Authentic)
	var list []Question
	for _, name := range []Name{
		"host", "alias", "twice", "away", "nowhere", "loop", "ptr", "odd", "root", "empty", "fp", "many", "dead", "lame", "fails",
		"refuses", "ede", "ad", "none", "below.none",
	} {
		for _, kind := range []Type{A, AAAA, PTR, SOA, SSHFP} {
			list = append(list, Question{name + ".example.com", kind})
		}
	}
	list = append(list, Question{"example.com", SOA}, Question{".", A}, Question{"other.test", A}, Question{"localhost", A},
		Question{"db.onion", PTR})
	for name, change := range map[string]func(*Config){
		"plain": func(*Config) {}, "trust-ad": func(c *Config) { c.TrustAD = true }, "no-aaaa": func(c *Config) { c.NoAAAA = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, plain := asking(t, s), asking(t, s)
			r.Config.Timeout, plain.Config.Timeout = brief, brief
			change(r.Config)
			change(plain.Config)
			plain.init()
			some := 0
			var wg sync.WaitGroup
			defer wg.Wait()
			for q, a := range byLane(t, laneOf(t, r, LaneOptions{}), list...) {
				if a == nil {
					continue
				}
				some++
				wg.Go(func() {
					want := plain.stub.ask(within(t), q)
					if diff := cmp.Diff(want, a, cmpopts.IgnoreFields(Answer{}, "Took"), cmpopts.EquateComparable(netip.Addr{}, safetext.Text{})); diff != "" {
						t.Errorf("%v (- ordinary, + lane):\n%s", q, diff)
					}
				})
			}
			if some < len(list)*2/3 {
				t.Errorf("the lane answered %d of %d", some, len(list))
			}
		})
	}
}
