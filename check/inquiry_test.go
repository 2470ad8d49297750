package check_test

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"strings"
	"sync"
	"testing"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/lab"
	"rdnsproxy/limits"
	"rdnsproxy/resolve"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a DNS server, and a checker that uses only that server and a hosts file.
type world struct {
	*lab.DNSServer
	check.Checker
	family resolve.Family
}

func newWorld(t *testing.T, hosts string, zones ...lab.DNSZone) *world {
	t.Helper()
	srv, err := lab.StartDNS(zones...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	file, err := hostsfile.Parse(strings.NewReader(hosts))
	if err != nil {
		t.Fatal(err)
	}
	mux := &resolve.Mux{Timeout: 500 * time.Millisecond}
	t.Cleanup(func() { mux.Close() })
	file.Path = "/etc/hosts"
	cfg := &resolve.Config{Attempts: 1}
	return &world{DNSServer: srv, Checker: check.Checker{
		Resolver: &resolve.Resolver{Config: cfg.WithServers(resolve.Server{Addr: srv.Addr()}), Hosts: file, Wire: mux},
		Policy:   check.Policy{HostsPath: "/etc/hosts"},
	}}
}

func (w *world) run(t *testing.T, host string) *check.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	return w.Check(ctx, w.ask(host))
}

// ask makes the Ask about a host.
func (w *world) ask(host string) check.Ask {
	return check.Ask{Target: check.Target{Input: host, Host: host, Port: 22}, Family: w.family}
}

func codes(r *check.Result) string {
	var words []string
	for _, f := range r.Findings {
		words = append(words, string(f.Code))
	}
	return strings.Join(words, " ")
}

var (
	exampleCom = lab.Zone("example.com",
		"my A 192.168.1.243", "web A 203.0.113.7", "web AAAA 2001:db8::7", "www CNAME web",
		"slow A 203.0.113.9", "two A 203.0.113.20", "two A 203.0.113.21")
	barNet   = lab.Zone("bar.net")
	reverse4 = lab.Zone("113.0.203.in-addr.arpa", "7 PTR web.example.com.", "9 PTR slow.example.com.",
		"20 PTR two.example.com.", "21 PTR nowhere.example.com.")
	reverse6 = lab.Zone("8.b.d.0.1.0.0.2.ip6.arpa",
		"7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR web.example.com.")
	reverse10 = lab.Zone("168.192.in-addr.arpa", "243.1 PTR 192-168-1-243.foo.bar.net.")
)

// The DNS answers are those of the article.
func TestArticle(t *testing.T) {
	w := newWorld(t, "", exampleCom, barNet, reverse10)
	r := w.run(t, "my.example.com")
	if r.Verdict != check.Unresolvable || r.Severity != check.Warning {
		t.Fatalf("%s, %s", r.Verdict, r.Severity)
	}
	a := r.Addresses[0]
	want := "reverse mapping checking getaddrinfo for 192-168-1-243.foo.bar.net [192.168.1.243] failed."
	if a.SSHD != want {
		t.Errorf("sshd would log %q", a.SSHD)
	}
	if got, want := a.PTR[0].Status, resolve.NXDomain; got != want {
		t.Errorf("PTR's status %s, want %s", got, want)
	}
	advice := r.Findings[0].Advice
	if got := advice[0]; got.Code != check.AdvisePTRRecord || got.Machine != check.ReverseZone {
		t.Errorf("what mends it for everybody is not said first: %+v", got)
	}
	i := slices.IndexFunc(advice, func(a check.Advice) bool { return a.Code == check.AdviseHostsLine })
	if got := advice[i]; got.Line != "192.168.1.243  my.example.com" || got.Machine != check.ThisMachine ||
		got.File != "/etc/hosts" {
		t.Errorf("advice %+v", got)
	}
}

// With the article's hosts line the mapping is exact, and DNS is not queried.
func TestRemedy(t *testing.T) {
	w := newWorld(t, "127.0.0.1 localhost\n192.168.1.243  my.example.com\n", exampleCom, barNet, reverse10)
	r := w.run(t, "my.example.com")
	if r.Verdict != check.Exact || len(r.Findings) != 1 || w.Questions() != 0 {
		t.Errorf("%s, %s, %d questions", r.Verdict, codes(r), w.Questions())
	}
	if got := r.Addresses[0].Source; got != "hosts:/etc/hosts:2" {
		t.Errorf("source %s", got)
	}
}

// Each address has its verdict. The name that just gave the address is not looked up again.
func TestBothFamilies(t *testing.T) {
	w := newWorld(t, "", exampleCom, reverse4, reverse6)
	r := w.run(t, "web.example.com")
	if r.Verdict != check.Exact || len(r.Addresses) != 2 || r.Addresses[0].Family != "ipv4" {
		t.Fatalf("%s %+v", r.Verdict, r.Addresses)
	}
	if n := w.Asked("web.example.com", 1) + w.Asked("web.example.com", 28); n != 2 {
		t.Errorf("web.example.com was asked for %d times", n)
	}
	if r.Forward.A != resolve.OK || r.Forward.AAAA != resolve.OK {
		t.Errorf("forward %+v", r.Forward)
	}
}

// A PTR record with the target of the host's CNAME is confirmed.
func TestCNAMETarget(t *testing.T) {
	w := newWorld(t, "", exampleCom, reverse4, reverse6)
	if r := w.run(t, "www.example.com"); r.Verdict != check.Confirmed || r.Forward.Canonical != "web.example.com" {
		t.Errorf("%s, canonical %s", r.Verdict, r.Forward.Canonical)
	}
}

// A line for one address of two would hide the other. Whoever forges an address also
// controls its reverse zone, so without the host key a line is suggested only if nobody
// outside can own any of the host's addresses.
func TestLinesForAllOrNone(t *testing.T) {
	w := newWorld(t, "", exampleCom, reverse4,
		lab.Zone("example.org", "ours A 10.9.0.1", "ours A 172.31.0.1", "ours A 192.168.9.1", "ours AAAA fd00:9::1",
			"beside A 10.9.0.1", "beside A 203.0.113.20", "cgnat A 100.64.0.9", "six AAAA 2001:db8:9::1"),
		lab.Zone("10.in-addr.arpa", "1.0.9 PTR a.gone.example."), lab.Zone("31.172.in-addr.arpa",
			"1.0 PTR a.gone.example."),
		lab.Zone("168.192.in-addr.arpa", "1.9 PTR a.gone.example."), lab.Zone("64.100.in-addr.arpa",
			"9.0 PTR a.gone.example."),
		lab.Zone("ip6.arpa", reverseOf("fd00:9::1")+" PTR a.gone.example.",
			reverseOf("2001:db8:9::1")+" PTR a.gone.example."),
		lab.Zone("gone.example"))
	for _, c := range []struct {
		host  string
		code  check.AdviceCode
		lines []string
	}{
		{"two.example.com", check.AdviseHostsLineKey, []string{"203.0.113.20  two.example.com",
			"203.0.113.21  two.example.com"}},
		{"ours.example.org", check.AdviseHostsLine, []string{"10.9.0.1  ours.example.org",
			"172.31.0.1  ours.example.org", "192.168.9.1  ours.example.org", "fd00:9::1  ours.example.org"}},
		{"beside.example.org", check.AdviseHostsLineKey, []string{"10.9.0.1  beside.example.org",
			"203.0.113.20  beside.example.org"}},
		{"cgnat.example.org", check.AdviseHostsLineKey, []string{"100.64.0.9  cgnat.example.org"}},
		{"six.example.org", check.AdviseHostsLineKey, []string{"2001:db8:9::1  six.example.org"}},
	} {
		r := w.run(t, c.host)
		var lines []string
		for _, f := range r.Findings {
			for _, a := range f.Advice {
				if a.Line == "" || a.Machine != check.ThisMachine || slices.Contains(lines, a.Line) {
					continue
				}
				if lines = append(lines, a.Line); a.Code != c.code {
					t.Errorf("%s: %s is advised as %s, want %s", c.host, a.Line, a.Code, c.code)
				}
			}
		}
		slices.Sort(lines)
		if r.Verdict != check.Unresolvable || !slices.Equal(lines, c.lines) {
			t.Errorf("%s: %s, lines %q, want %q", c.host, r.Verdict, lines, c.lines)
		}
	}
}

// reverseOf returns an address's name, relative to ip6.arpa.
func reverseOf(addr string) string {
	return strings.TrimSuffix(string(resolve.ReverseName(netip.MustParseAddr(addr))), ".ip6.arpa")
}

// Answers that arrive after the wait are not in its Result. The check goes on, and a later
// Wait has them.
func TestWaitEnds(t *testing.T) {
	w := newWorld(t, "", exampleCom, reverse4)
	release := make(chan struct{})
	w.Fault("9.113.0.203.in-addr.arpa", func(*lab.DNSExchange) { <-release })
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	q := w.Begin(ctx, w.ask("slow.example.com"))
	var addrs []netip.AddrPort
	for a := range q.Addresses() {
		addrs = append(addrs, a)
	}
	if len(addrs) != 1 {
		t.Fatalf("addresses %v", addrs)
	}
	over, stop := context.WithCancel(ctx)
	stop()
	r, complete := q.Wait(over, check.ReverseOf(addrs[0].Addr()))
	if complete || r.Verdict != check.Undetermined || !strings.Contains(r.Findings[0].Text, "not known in time") {
		t.Errorf("complete %v, %s: %s", complete, r.Verdict, r.Findings[0].Text)
	}
	close(release)
	if r, complete = q.Wait(ctx, check.AllReverse); !complete || r.Verdict != check.Exact {
		t.Errorf("complete %v, %s", complete, r.Verdict)
	}
}

// AllReverse also waits for the verdict on an address that arrives late.
func TestAllReverse(t *testing.T) {
	w := newWorld(t, "", exampleCom, reverse4, reverse6)
	late := lab.Delay(100 * time.Millisecond)
	w.Fault("web.example.com", func(x *lab.DNSExchange) {
		if x.Query.Question[0].Qtype == uint16(resolve.AAAA) {
			late(x)
		}
	})
	w.Fault("7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", late)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	r, complete := w.Begin(ctx, w.ask("web.example.com")).Wait(ctx, check.AllReverse)
	if !complete || len(r.Addresses) != 2 {
		t.Fatalf("complete: %t, %d addresses", complete, len(r.Addresses))
	}
	for _, a := range r.Addresses {
		if a.Reverse.Status == resolve.Skipped {
			t.Errorf("%s was not judged", a.Address)
		}
	}
}

// All work ends with its context, and the Result has what is known by then.
func TestCancelled(t *testing.T) {
	w := newWorld(t, "", exampleCom, reverse4)
	w.Fault("", lab.Drop)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r := w.Check(ctx, w.ask("web.example.com"))
	if r.Verdict != check.Undetermined || r.Severity != check.Unknown {
		t.Errorf("%s, %s", r.Verdict, codes(r))
	}
}

// Each way in which a lookup can fail has its own status.
func TestFaults(t *testing.T) {
	tests := []struct {
		fault  lab.DNSFault
		status resolve.Status
		want   check.Verdict
	}{
		{lab.ServFail, resolve.ServFail, check.Undetermined},
		{lab.Refused, resolve.Refused, check.Undetermined},
		{lab.Drop, resolve.Timeout, check.Undetermined},
		{lab.WrongID, resolve.Timeout, check.Undetermined},
		{lab.WrongQuestion, resolve.Invalid, check.Undetermined},
		{lab.CNAMELoop, resolve.Loop, check.Undetermined},
		{lab.GarbageFirst, resolve.OK, check.Exact},
		{lab.ForgedFirst, resolve.OK, check.Exact},
		{lab.Truncate, resolve.OK, check.Exact},
	}
	for i, tt := range tests {
		t.Run(fmt.Sprint(i, tt.status), func(t *testing.T) {
			w := newWorld(t, "", exampleCom, reverse4)
			w.Fault("9.113.0.203.in-addr.arpa", tt.fault)
			r := w.run(t, "slow.example.com")
			if a := r.Addresses[0]; a.Verdict != tt.want || a.Reverse.Status != tt.status {
				t.Errorf("%s, reverse %s; want %s, %s", a.Verdict, a.Reverse.Status, tt.want, tt.status)
			}
		})
	}
}

// Of 500 PTR names ten are checked, the host's own first.
func TestManyNames(t *testing.T) {
	var records []string
	for i := range 500 {
		records = append(records, fmt.Sprintf("7 PTR h%03d.example.net.", i))
	}
	own := append(slices.Clone(records), "7 PTR web.example.com.")
	for _, tt := range []struct {
		records []string
		want    check.Verdict
	}{{records, check.Undetermined}, {own, check.Exact}} {
		t.Run(string(tt.want), func(t *testing.T) {
			w := newWorld(t, "", exampleCom, lab.Zone("113.0.203.in-addr.arpa", tt.records...), lab.Zone("example.net"))
			w.family = resolve.IPv4
			r := w.run(t, "web.example.com")
			a := r.Addresses[0]
			if a.Verdict != tt.want || len(a.PTR) != limits.PTRNames || !a.Reverse.Truncated ||
				!strings.Contains(codes(r), "ptr.truncated") {
				t.Errorf("%s, %d names, truncated %v, %s", a.Verdict, len(a.PTR), a.Reverse.Truncated, codes(r))
			}
			if w.Questions() > 2+2*limits.PTRNames {
				t.Errorf("%d questions", w.Questions())
			}
		})
	}
}

// Only a thorough check looks up who runs the reverse zone. An RFC 2317 delegation moves
// the record.
func TestReverseZone(t *testing.T) {
	zones := []lab.DNSZone{exampleCom, lab.Zone("example.net"),
		lab.Zone("113.0.203.in-addr.arpa", "7 CNAME 7.0/25.113.0.203.in-addr.arpa."),
		lab.Zone("0/25.113.0.203.in-addr.arpa", "@ SOA ns.isp.example. dns\\.admin.isp.example. 1 2 3 4 5",
			"7 PTR gone.example.net.")}
	w := newWorld(t, "", zones...)
	w.family, w.Policy.Thorough = resolve.IPv4, true
	r := w.run(t, "web.example.com")
	var got check.Advice
	for _, a := range r.Findings[0].Advice {
		if a.Code == check.AdvisePTRRecord {
			got = a
		}
	}
	if got.Line != `7.0\04725.113.0.203.in-addr.arpa. PTR web.example.com.` ||
		!strings.Contains(got.Text, "dns.admin@isp.example") {
		t.Errorf("%s: advice %+v", r.Verdict, got)
	}
	w = newWorld(t, "", zones...)
	w.family = resolve.IPv4
	w.run(t, "web.example.com")
	if n := w.Asked("7.0/25.113.0.203.in-addr.arpa", 6); n != 0 {
		t.Errorf("SOA was asked for %d times", n)
	}
}

// With ForwardOnly only addresses are looked up.
func TestForwardOnly(t *testing.T) {
	w := newWorld(t, "", exampleCom, reverse4, reverse6)
	w.Checker.ForwardOnly = true
	if r := w.run(t, "web.example.com"); len(r.Addresses) != 2 || w.Questions() != 2 {
		t.Errorf("%d addresses, %d questions", len(r.Addresses), w.Questions())
	}
}

// hostileZones returns the zones of a name with 64 addresses that have ten PTR names each.
func hostileZones(name string, net byte) (forward, reverse []string) {
	for i := range 64 {
		forward = append(forward, fmt.Sprintf("%s A 198.18.%d.%d", name, net, i))
		for j := range 10 {
			reverse = append(reverse, fmt.Sprintf("%d.%d PTR n%d-%d.%s.hostile.example.", i, net, i, j, name))
		}
	}
	return forward, reverse
}

// A target with many addresses and names exhausts its budget, and a finding says so. A
// host with as many addresses and one name each does not.
func TestQuestionsOfOneTarget(t *testing.T) {
	forward, reverse := hostileZones("many", 0)
	for i := range 64 {
		forward = append(forward, fmt.Sprintf("pool A 198.19.0.%d", i))
	}
	var pool []string
	for i := range 64 {
		pool = append(pool, fmt.Sprintf("%d.0 PTR p%d.pool.example.", i, i))
	}
	var back []string
	for i := range 64 {
		back = append(back, fmt.Sprintf("p%d A 198.19.0.%d", i, i))
	}
	w := newWorld(t, "", lab.Zone("hostile.example", forward...), lab.Zone("18.198.in-addr.arpa", reverse...),
		lab.Zone("19.198.in-addr.arpa", pool...), lab.Zone("pool.example", back...))
	w.Timeout = 30 * time.Second
	if r := w.run(t, "pool.hostile.example"); r.Verdict != check.Confirmed || strings.Contains(codes(r), "questions") {
		t.Errorf("64 addresses with a name each: %s, %.200s", r.Verdict, codes(r))
	}
	before := w.Questions()
	r := w.run(t, "many.hostile.example")
	if n := w.Questions() - before; n > limits.Questions {
		t.Errorf("%d questions", n)
	}
	if !strings.Contains(codes(r), "questions.many") ||
		!slices.ContainsFunc(r.Addresses, func(a check.Address) bool { return a.Verdict == check.Undetermined }) {
		t.Errorf("%s: %.200s", r.Verdict, codes(r))
	}
}

// Targets whose queries are never answered do not delay other targets, although all share
// the sockets to one server.
func TestHostileTargetsStarveNobody(t *testing.T) {
	var forward, reverse, good, back []string
	for h := range 30 {
		f, r := hostileZones(fmt.Sprintf("h%d", h), byte(h))
		forward, reverse = append(forward, f...), append(reverse, r...)
	}
	const hosts = 300
	for i := range hosts {
		good = append(good, fmt.Sprintf("g%d A 203.0.%d.%d", i, i/250, i%250))
		back = append(back, fmt.Sprintf("%d.%d PTR g%d.good.example.", i%250, i/250, i))
	}
	w := newWorld(t, "", lab.Zone("hostile.example", forward...), lab.Zone("18.198.in-addr.arpa", reverse...),
		lab.Zone("good.example", good...), lab.Zone("0.203.in-addr.arpa", back...))
	for h := range 30 {
		for i := range 64 {
			w.Fault(fmt.Sprintf("%d.%d.18.198.in-addr.arpa", i, h), lab.Drop)
		}
	}
	const patience = 20 * time.Second
	mux := &resolve.Mux{Timeout: patience}
	t.Cleanup(func() { mux.Close() })
	w.Resolver.Wire, w.Timeout = mux, patience
	ctx, leave := context.WithCancel(t.Context())
	ask := func(ctx context.Context, host string) *check.Result {
		return w.Check(ctx, w.ask(host))
	}
	var hostile, others sync.WaitGroup
	for h := range 30 {
		hostile.Go(func() { ask(ctx, fmt.Sprintf("h%d.hostile.example", h)) })
	}
	for end := time.Now().Add(patience); w.Questions() < 30*limits.QuestionsAtOnce && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	for i := range hosts {
		others.Go(func() {
			if r := ask(t.Context(), fmt.Sprintf("g%d.good.example", i)); r.Verdict != check.Exact {
				t.Errorf("%s: %s, %s", r.Host, r.Verdict, codes(r))
			}
		})
	}
	others.Wait()
	leave()
	hostile.Wait()
}

// What an sshd here would log depends on the search list, as ndots decides.
func TestAsSSHDWithSearchList(t *testing.T) {
	w := newWorld(t, "", lab.Zone("example.com", "web A 203.0.113.7", "lone A 203.0.113.8"),
		lab.Zone("corp.example", "web.example.com A 198.51.100.9", "lone A 203.0.113.8"),
		lab.Zone("113.0.203.in-addr.arpa", "7 PTR web.example.com.", "8 PTR lone."))
	w.Policy.Thorough = true
	w.Resolver.Config.Ndots, w.Resolver.Config.Search = 5, []resolve.Name{"corp.example"}
	r := w.run(t, "203.0.113.7")
	if a := r.Addresses[0]; a.Verdict != check.Confirmed ||
		a.SSHD != "Address 203.0.113.7 maps to web.example.com, but this does not map back to the address." ||
		!strings.Contains(codes(r), "ptr.search") {
		t.Errorf("%+v: %s", a, codes(r))
	}
	if s, _ := check.SeenAs(r); s.Named() {
		t.Errorf("%+v", s)
	}
	r = w.run(t, "203.0.113.8")
	if a := r.Addresses[0]; a.SSHD != "" || !strings.Contains(codes(r), "ptr.search") {
		t.Errorf("%+v: %s", a, codes(r))
	}
	if s, _ := check.SeenAs(r); !s.Named() || s.Names[0] != "lone" {
		t.Errorf("%+v", s)
	}
}
