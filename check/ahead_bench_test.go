package check

import (
	"net/netip"
	"testing"
	"time"

	"rdnsproxy/hostsfile"
	"rdnsproxy/resolve"
)

// BenchmarkCheckAhead checks a target whose answers are held: what a check costs a run
// over very many targets, beside asking.
func BenchmarkCheckAhead(b *testing.B) {
	const host = "h004660.fleet.test"
	a := netip.MustParseAddr("10.0.18.52")
	from := resolve.Source{Kind: resolve.KindDNS, Where: "127.0.0.1"}
	answer := func(n resolve.Name, t resolve.Type, s resolve.Status) *resolve.Answer {
		return &resolve.Answer{Question: resolve.Question{Name: n, Type: t}, Status: s, Source: from, Canonical: n,
			TTL: time.Minute, Took: time.Millisecond}
	}
	forward, none, reverse := answer(host, resolve.A, resolve.OK), answer(host, resolve.AAAA, resolve.NoData),
		answer(resolve.ReverseName(a), resolve.PTR, resolve.OK)
	forward.Addrs, reverse.Names = []netip.Addr{a}, []resolve.Name{host}
	c := &Checker{
		Resolver: &resolve.Resolver{
			Config: new(resolve.Config).WithServers(resolve.Server{Addr: netip.MustParseAddrPort("127.0.0.1:1")}),
			Hosts:  new(hostsfile.File),
		},
		Timeout: 5 * time.Second,
		Policy:  Policy{Thorough: true, HostsPath: "/etc/hosts", Client: &Client{}},
	}
	ask := Ask{Target: Target{Input: host, Host: host, Port: 22}}
	b.ReportAllocs()
	for b.Loop() {
		h := newAhead(c, ask, func() {})
		h.held = append(h.held, forward, none, reverse)
		h.done.Store(true)
		if r := c.Check(h.with(b.Context()), ask); r.Verdict != Exact {
			b.Fatal(r.Verdict)
		}
	}
}
