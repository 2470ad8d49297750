package check_test

import (
	"encoding/json"
	"net/netip"
	"testing"

	"rdnsproxy/check"
	"rdnsproxy/resolve"
)

// benchFacts are the facts about a host with one address, whose PTR record has a name
// that has the address there, or no address if that is not valid.
func benchFacts(ptr resolve.Name, there netip.Addr) check.Facts {
	const host = "h004660.fleet.test"
	a := netip.MustParseAddr("10.0.18.52")
	from := resolve.Source{Kind: resolve.KindDNS, Where: "127.0.0.1"}
	back := resolve.Answer{Question: resolve.Question{Name: ptr, Type: resolve.A}, Source: from, Canonical: ptr}
	if there.IsValid() {
		back.Status, back.Addrs = resolve.OK, []netip.Addr{there}
	} else {
		back.Status, back.Zone = resolve.NXDomain, &resolve.Zone{Apex: "fleet.test", Primary: "ns.fleet.test"}
	}
	return check.Facts{
		Target: check.Target{Input: host, Host: host, Port: 22},
		Forward: []resolve.Answer{
			{Question: resolve.Question{Name: host, Type: resolve.A}, Status: resolve.OK, Source: from,
				Addrs: []netip.Addr{a}, Canonical: host},
			{Question: resolve.Question{Name: host, Type: resolve.AAAA}, Status: resolve.NoData, Source: from},
		},
		Addresses: []check.AddressFacts{{
			Addr: a, Source: from,
			Reverse: resolve.Answer{Question: resolve.Question{Name: resolve.ReverseName(a), Type: resolve.PTR},
				Status: resolve.OK, Source: from, Names: []resolve.Name{ptr}},
			PTRs: []check.PTRFacts{{Name: ptr, Forward: back}},
		}},
	}
}

// BenchmarkJudge judges facts, and writes the Results as JSON.
func BenchmarkJudge(b *testing.B) {
	a, other := netip.MustParseAddr("10.0.18.52"), netip.MustParseAddr("10.200.18.52")
	for _, c := range []struct {
		verdict check.Verdict
		facts   check.Facts
	}{
		{check.Exact, benchFacts("h004660.fleet.test", a)},
		{check.Confirmed, benchFacts("alias-h004660.fleet.test", a)},
		{check.Unresolvable, benchFacts("gone-h004660.fleet.test", netip.Addr{})},
		{check.Mismatch, benchFacts("moved-h004660.fleet.test", other)},
	} {
		policy := check.Policy{Thorough: true, HostsPath: "/etc/hosts", Client: &check.Client{}}
		r := check.Judge(c.facts, policy)
		if r.Verdict != c.verdict {
			b.Fatalf("%s is %s", c.verdict, r.Verdict)
		}
		b.Run(string(c.verdict), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				check.Judge(c.facts, policy)
			}
		})
		b.Run(string(c.verdict)+"/AppendJSON", func(b *testing.B) {
			b.ReportAllocs()
			var room []byte
			for b.Loop() {
				room = r.AppendJSON(room[:0])
			}
		})
		b.Run(string(c.verdict)+"/Marshal", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := json.Marshal(r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
