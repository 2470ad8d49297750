package check_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/lab"
	"rdnsproxy/resolve"

	"github.com/google/go-cmp/cmp"
)

// fleetServer has a zone with every verdict, and everything that is odd. soundHosts are
// those of its targets whose questions all have answers; those of deadHosts have none at
// times.
func fleetServer(t *testing.T) (s *lab.DNSServer, soundHosts, oddHosts, deadHosts []string) {
	t.Helper()
	var forward, reverse4, reverse6 []string
	sound := func(host string, records ...string) {
		soundHosts = append(soundHosts, host)
		forward = append(forward, records...)
	}
	odd := func(host string, records ...string) {
		oddHosts = append(oddHosts, host)
		forward = append(forward, records...)
	}
	dead := func(host string, records ...string) {
		deadHosts = append(deadHosts, host)
		forward = append(forward, records...)
	}
	ptr := func(records ...string) { reverse4 = append(reverse4, records...) }

	sound("exact.example.com", "exact A 192.0.2.1")
	ptr("1.2.0.192.in-addr.arpa. PTR exact.example.com.")
	sound("confirmed.example.com", "confirmed A 192.0.2.2", "other A 192.0.2.2")
	ptr("2.2.0.192.in-addr.arpa. PTR other.example.com.")
	sound("exempt.example.com", "exempt A 10.0.0.1")
	sound("missing.example.com", "missing A 192.0.2.3")
	sound("malformed.example.com", "malformed A 192.0.2.4")
	ptr(`4.2.0.192.in-addr.arpa. PTR a\027[31m\200\032b.example.com.`)
	sound("unresolvable.example.com", "unresolvable A 192.0.2.5", "unresolvable AAAA 2001:db8::5")
	ptr("5.2.0.192.in-addr.arpa. PTR gone.example.com.")
	reverse6 = append(reverse6, "5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR mail.example.com.")
	sound("nodata.example.com", "nodata A 192.0.2.6", "mail A 192.0.2.66", "mail TXT x")
	ptr("6.2.0.192.in-addr.arpa. PTR text.example.com.")
	forward = append(forward, "text TXT x")
	sound("numeric.example.com", "numeric A 192.0.2.7")
	ptr("7.2.0.192.in-addr.arpa. PTR 10.1.")
	sound("mismatch.example.com", "mismatch A 192.0.2.8", "moved A 192.0.2.88")
	ptr("8.2.0.192.in-addr.arpa. PTR moved.example.com.")
	sound("none.example.com")
	sound("text.example.com")
	sound("root.example.com", "root A 192.0.2.9")
	ptr("9.2.0.192.in-addr.arpa. PTR .")
	sound("partial.example.com", "partial A 192.0.2.10")
	ptr("10.2.0.192.in-addr.arpa. PTR partial.example.com.", "10.2.0.192.in-addr.arpa. PTR gone.example.com.",
		"10.2.0.192.in-addr.arpa. PTR moved.example.com.")
	sound("two.example.com", "two A 192.0.2.11", "two A 192.0.2.12")
	ptr("11.2.0.192.in-addr.arpa. PTR two.example.com.", "12.2.0.192.in-addr.arpa. PTR exact.example.com.")
	sound("www.example.com", "www CNAME web", "web CNAME exact")
	sound("classless.example.com", "classless A 192.0.2.13")
	ptr("13.2.0.192.in-addr.arpa. CNAME 13.0-25.2.0.192.in-addr.arpa.",
		"13.0-25.2.0.192.in-addr.arpa. PTR classless.example.com.")
	sound("undelegated.example.com", "undelegated A 192.0.2.14")
	ptr("14.2.0.192.in-addr.arpa. CNAME 14.0-25.2.0.192.in-addr.arpa.")
	sound("dual.example.com", "dual A 192.0.2.15", "dual AAAA 2001:db8::15")
	ptr("15.2.0.192.in-addr.arpa. PTR dual.example.com.")
	reverse6 = append(reverse6, "5.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR dual.example.com.")
	sound("generic.example.com", "generic A 192.0.2.16")
	ptr("16.2.0.192.in-addr.arpa. PTR 192-0-2-16.dyn.example.com.")
	sound("xn--bcher-kva.example.com", "xn--bcher-kva A 192.0.2.17")
	ptr("17.2.0.192.in-addr.arpa. PTR xn--bcher-kva.example.com.")
	sound("EXACT.Example.COM")
	sound("exact.example.com.")
	sound("nat64.example.com", "nat64 AAAA 64:ff9b::192.0.2.1")
	sound("loop4.example.com", "loop4 A 127.0.0.1")
	for _, literal := range []string{"192.0.2.1", "192.0.2.3", "192.0.2.8", "2001:db8::15", "::ffff:192.0.2.2", "0x7f.1",
		"127.0.0.1"} {
		sound(literal)
	}

	for _, pair := range []string{"two.example.com,192.0.2.12", "two.example.com,192.0.2.1", "two.example.com,2001:db8::15",
		"dual.example.com,2001:db8::15", "gone.example.com,192.0.2.1", "exact.example.com,::ffff:192.0.2.1"} {
		sound(pair)
	}

	odd("filtered.example.com", "filtered A 0.0.0.0") // the server knows no zone for this and the next
	odd("fe80::1%lo")
	odd("0.0.0.0")
	odd("224.0.0.1")
	odd("short", "short A 192.0.2.18") // by the search list
	odd("short.sub")
	odd("sub.short", "sub.short A 192.0.2.18")
	ptr("18.2.0.192.in-addr.arpa. PTR short.")
	odd("listed.example.com") // in the hosts file
	odd("localhost")
	odd("db.onion")
	odd("host.invalid")
	odd("..")
	odd("a b")
	odd("")
	odd("127.1.2")
	var names []string
	for i := range 40 {
		name := fmt.Sprintf("a-long-name-so-that-they-do-not-fit-%d", i)
		names = append(names, "20.2.0.192.in-addr.arpa. PTR "+name+".example.com.")
		forward = append(forward, name+" A 192.0.2.20")
	}
	odd("names.example.com", "names A 192.0.2.20")
	ptr(names...)
	odd("addresses.example.com")
	for i := range 70 {
		forward = append(forward, fmt.Sprintf("addresses A 192.0.2.%d", 100+i))
		ptr(fmt.Sprintf("%d.2.0.192.in-addr.arpa. PTR addresses.example.com.", 100+i))
	}
	odd("cut.example.com", "cut A 192.0.2.21")
	ptr("21.2.0.192.in-addr.arpa. PTR cut.example.com.")
	odd("leaves.example.com", "leaves CNAME host.example.net.")
	odd("turns.example.com", "turns CNAME turned", "turned CNAME turns")
	dead("dead.example.com", "dead A 192.0.2.22")
	dead("deadname.example.com", "deadname A 192.0.2.23", "deadaddress A 192.0.2.23")
	ptr("23.2.0.192.in-addr.arpa. PTR deadaddress.example.com.")
	dead("deadzone.example.com", "deadzone A 192.0.2.24")
	odd("fails.example.com", "fails A 192.0.2.25")
	odd("failsback.example.com", "failsback A 192.0.2.26")
	odd("refuses.example.com", "refuses A 192.0.2.27")
	odd("refusesback.example.com", "refusesback A 10.0.0.2")
	odd("lame.example.com", "lame A 192.0.2.28")

	s, err := lab.StartDNS(lab.Zone("example.com", forward...), lab.Zone("2.0.192.in-addr.arpa", reverse4...),
		lab.Zone("8.b.d.0.1.0.0.2.ip6.arpa", reverse6...), lab.Zone("10.in-addr.arpa"),
		lab.Zone("example.net", "host A 192.0.2.1"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	s.Fault("cut.example.com", lab.Truncate)
	s.Fault("21.2.0.192.in-addr.arpa", lab.Truncate)
	s.Fault("leaves.example.com", lab.ShortChain)
	s.Fault("dead.example.com", lab.Drop)
	s.Fault("deadaddress.example.com", lab.Drop)
	s.Fault("24.2.0.192.in-addr.arpa", lab.Drop)
	s.Fault("fails.example.com", lab.ServFail)
	s.Fault("26.2.0.192.in-addr.arpa", lab.ServFail)
	s.Fault("refuses.example.com", lab.Refused)
	s.Fault("2.0.0.10.in-addr.arpa", lab.Refused)
	s.Fault("lame.example.com", func(x *lab.DNSExchange) { x.Reply.Answer, x.Reply.RecursionAvailable = nil, false })
	return s, soundHosts, oddHosts, deadHosts
}

// fleetChecker is a Checker of its own, with nothing in its cache, that waits so long for
// each answer.
func fleetChecker(t *testing.T, patience time.Duration, servers ...resolve.Server) *check.Checker {
	t.Helper()
	hosts, err := hostsfile.Parse(strings.NewReader("127.0.0.1 localhost\n192.0.2.1 listed.example.com\n"))
	if err != nil {
		t.Fatal(err)
	}
	hosts.Path = "/etc/hosts"
	cfg := (&resolve.Config{Attempts: 1, Timeout: patience, Ndots: 1, Search: []resolve.Name{"example.com"}}).WithServers(servers...)
	c := &check.Checker{
		Resolver: &resolve.Resolver{Config: cfg, Hosts: hosts},
		Timeout:  time.Minute,
		Policy:   check.Policy{HostsPath: "/etc/hosts", Thorough: true, Client: &check.Client{}},
	}
	t.Cleanup(func() { c.Resolver.Close() })
	return c
}

// results checks the hosts through Stream, and returns their JSON by host, without what
// depends on the time.
func results(t *testing.T, c *check.Checker, hosts []string, f resolve.Family, lane *resolve.Lane) map[string]string {
	t.Helper()
	all := make(map[string]string)
	asks := func(yield func(string, check.Ask) bool) {
		for _, host := range hosts {
			name, address, _ := strings.Cut(host, ",")
			target := check.Target{Input: host, Host: name, Port: 22}
			target.Address, _ = netip.ParseAddr(address)
			if !yield(host, check.Ask{Target: target, Family: f}) {
				return
			}
		}
	}
	i := 0
	o := check.StreamOptions{Jobs: 64, Lane: lane}
	for r := range check.Stream(t.Context(), c, asks, o, func(ctx context.Context, host string, a check.Ask) *check.Result {
		return c.Check(ctx, a)
	}) {
		if hosts[i] == "confirmed.example.com" && !c.ForwardOnly && r.Timings.Reverse == 0 { // which nobody has asked about before
			t.Errorf("%s took no time", hosts[i])
		}
		withoutTime(r)
		b, err := json.MarshalIndent(r, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		all[hosts[i]] = string(b)
		i++
	}
	return all
}

// withoutTime takes out of a Result what depends on how long something took.
func withoutTime(r *check.Result) {
	r.Timings = check.Phases{}
	r.Forward.TTL = min(r.Forward.TTL, 1)
	for i := range r.Addresses {
		r.Addresses[i].Reverse.TTL = min(r.Addresses[i].Reverse.TTL, 1)
		r.Addresses[i].Severity = 0
	}
	r.Findings = slices.DeleteFunc(r.Findings, func(f check.Finding) bool { return strings.HasPrefix(string(f.Code), "slow.") })
	r.Severity = check.Worst(r.Findings)
}

// TestAheadAgrees: whatever there is, the results with a lane are those without, byte for
// byte but for times, and for sound targets no other questions are asked.
func TestAheadAgrees(t *testing.T) {
	s, sound, odd, dead := fleetServer(t)
	all := slices.Concat(sound, odd)
	server := resolve.Server{Addr: s.Addr()}
	ignorant, err := lab.StartDNS()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ignorant.Close() })
	for _, test := range []struct {
		what    string
		family  resolve.Family
		servers []resolve.Server
		hosts   []string
		change  func(*check.Checker)
	}{
		{what: "thorough"},
		{what: "IPv4 alone", family: resolve.IPv4},
		{what: "the relay's policy", change: func(c *check.Checker) { c.Policy.Thorough = false }},
		{what: "require-name", change: func(c *check.Checker) { c.Policy.RequireName = true }},
		{what: "DNS only", change: func(c *check.Checker) { c.Scope = resolve.DNSOnly }},
		{what: "forward only", change: func(c *check.Checker) { c.ForwardOnly = true }},
		{what: "search list first", change: func(c *check.Checker) { c.Resolver.Config.Ndots = 4 }},
		{what: "a server that knows nothing first", servers: []resolve.Server{{Addr: ignorant.Addr()}, server}},
		{what: "no answers", hosts: dead},
	} {
		t.Run(test.what, func(t *testing.T) {
			t.Parallel()
			servers := test.servers
			if servers == nil {
				servers = []resolve.Server{server}
			}
			hosts, patience := all, time.Minute // for all answer
			if test.hosts != nil {
				hosts, patience = test.hosts, 2*time.Second
			}
			ordinary, ahead := fleetChecker(t, patience, servers...), fleetChecker(t, patience, servers...)
			if test.change != nil {
				test.change(ordinary)
				test.change(ahead)
			}
			lane, ok := ahead.Resolver.Lane(resolve.LaneOptions{})
			if !ok {
				t.Fatal("no lane")
			}
			defer lane.Close()
			want := results(t, ordinary, hosts, test.family, nil)
			got := results(t, ahead, hosts, test.family, lane)
			for _, host := range hosts {
				if diff := cmp.Diff(want[host], got[host]); diff != "" {
					t.Errorf("%s (- ordinary, + lane):\n%s", host, diff)
				}
			}
		})
	}
}

// TestAheadForesees: of sound targets, a lane asks all, and the check nothing more.
func TestAheadForesees(t *testing.T) {
	s, sound, _, _ := fleetServer(t)
	ordinary := fleetChecker(t, time.Minute, resolve.Server{Addr: s.Addr()})
	ahead := fleetChecker(t, time.Minute, resolve.Server{Addr: s.Addr()})
	for _, c := range []*check.Checker{ordinary, ahead} { // what libc makes of names is not foreseen
		c.Resolver.Config.Search = nil
	}
	results(t, ordinary, sound, resolve.AnyFamily, nil)
	want := uint64(s.Questions())
	lane, ok := ahead.Resolver.Lane(resolve.LaneOptions{})
	if !ok {
		t.Fatal("no lane")
	}
	defer lane.Close()
	results(t, ahead, sound, resolve.AnyFamily, lane)
	stats := lane.Stats()
	sent, again := stats.Servers[0].Sent, stats.Servers[0].Lost // a lane asks again soon
	if got := uint64(s.Questions()) - want; got > sent || stats.Ordinary > 0 {
		t.Errorf("the lane asked %d questions, and has no answer to %d: %d were asked", sent, stats.Ordinary, got)
	}
	if sent-again > want {
		t.Errorf("the lane asked %d questions, %d of them again; without it, there are %d", sent, again, want)
	}
}
