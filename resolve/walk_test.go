package resolve_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/miekg/dns"

	"rdnsproxy/resolve"
)

// tree is a reverse zone as a server has it: the owners of its PTR records, and how it
// answers for other names.
type tree struct {
	owners   []resolve.Name
	mistaken bool                         // NXDOMAIN for names that exist only through names below them
	fails    map[resolve.Name]int         // rcodes
	invents  func(name resolve.Name) bool // names that it makes up
	asked    atomic.Int64
}

func (z *tree) Exchange(_ context.Context, _ resolve.Server, q resolve.Question, _ bool) (resolve.Reply, error) {
	z.asked.Add(1)
	ptr := resolve.Record{Name: q.Name, Type: resolve.PTR, TTL: 60, Target: "host.example.com"}
	if rcode, fails := z.fails[q.Name]; fails {
		return resolve.Reply{Rcode: rcode}, nil
	}
	if slices.Contains(z.owners, q.Name) || z.invents != nil && z.invents(q.Name) {
		return resolve.Reply{Answer: []resolve.Record{ptr}}, nil
	}
	soa := resolve.Record{Name: "8.b.d.0.1.0.0.2.ip6.arpa", Type: resolve.SOA, TTL: 60, MinTTL: 60, Zone: &resolve.Zone{}}
	none := resolve.Reply{Authority: []resolve.Record{soa}}
	below := func(owner resolve.Name) bool { return owner.Under(q.Name) }
	if z.mistaken || !slices.ContainsFunc(z.owners, below) {
		none.Rcode = dns.RcodeNameError
	}
	return none, nil
}

func owners(addresses ...string) (all []resolve.Name) {
	for _, a := range addresses {
		all = append(all, resolve.ReverseName(netip.MustParseAddr(a)))
	}
	return all
}

func TestWalk(t *testing.T) {
	const part = "2001:db8::/32"
	invented := func(zone resolve.Name) func(resolve.Name) bool {
		return func(n resolve.Name) bool { return n != zone && n.Under(zone) }
	}
	pool := make([]string, 0, 256)
	for i := range 256 {
		a := netip.MustParseAddr("2001:db8:0:1::").As16()
		a[15] = byte(i)
		pool = append(pool, netip.AddrFrom16(a).String())
	}
	tests := []struct {
		name        string
		first, last string
		tree        *tree
		want        []string
		gaps        string // their parts and reasons
	}{
		{"sparse", "", "", &tree{owners: owners("2001:db8::1", "2001:db8:ffff::25", "2001:db8:1:2:3:4:5:6")},
			[]string{"2001:db8::1", "2001:db8:1:2:3:4:5:6", "2001:db8:ffff::25"}, ""},
		{"only what is in the range", "2001:db8:1::", "2001:db8:8000::24",
			&tree{owners: owners("2001:db8::1", "2001:db8:8000::24", "2001:db8:8000::25", "2001:db8:1:2:3:4:5:6")},
			[]string{"2001:db8:1:2:3:4:5:6", "2001:db8:8000::24"}, ""},
		{"a pool where each has a name", "", "", &tree{owners: owners(pool...)}, pool, ""},
		{"nothing", "", "", &tree{},
			[]string{"nothing in it has a name: 8.b.d.0.1.0.0.2.ip6.arpa does not exist (NXDOMAIN from dns:192.0.2.53)"}, " 2"},
		{"NXDOMAIN above names", "", "", &tree{owners: owners("2001:db8::1"), mistaken: true},
			[]string{"its reverse tree cannot be walked: the server says that 8.b.d.0.1.0.0.2.ip6.arpa does not exist (NXDOMAIN), " +
				"although names below it do"}, " 0"},
		{"NXDOMAIN above names, but for the zone's own", "", "",
			&tree{owners: append(owners("2001:db8::53", "2001:db8:ffff::1"), "8.b.d.0.1.0.0.2.ip6.arpa"), mistaken: true},
			[]string{"its reverse tree cannot be walked: the server says that 0.8.b.d.0.1.0.0.2.ip6.arpa does not exist (NXDOMAIN), " +
				"although names below it do"}, " 0"},
		{"a server that makes everything up", "", "", &tree{invents: invented("ip6.arpa")},
			[]string{"each address has a name: the server makes them up (a wildcard, or a synthesising server)"}, " 1"},
		{"a branch that is made up", "", "",
			&tree{owners: owners("2001:db8::7", "2001:db8:10::", "2001:db8:f000::1"), invents: invented("0.1.0.0.8.b.d.0.1.0.0.2.ip6.arpa")},
			[]string{"2001:db8::7", "each address of 2001:db8:10::/48 has a name: the server makes them up (a wildcard, or a synthesising server)",
				"2001:db8:f000::1"}, "2001:db8:10::/48 1"},
		{"a branch that cannot be read", "", "",
			&tree{owners: owners("2001:db8::7", "2001:db8:f000::1"), fails: map[resolve.Name]int{"4.8.b.d.0.1.0.0.2.ip6.arpa": dns.RcodeServerFailure}},
			[]string{"2001:db8::7", "what is below 2001:db8:4000::/36 could not be read: SERVFAIL from dns:192.0.2.53", "2001:db8:f000::1"}, "2001:db8:4000::/36 0"},
		{"a branch of which a part is in the range", "2001:db8::1", "2001:db8:4000::5",
			&tree{owners: owners("2001:db8::7", "2001:db8:f000::1"), fails: map[resolve.Name]int{"4.8.b.d.0.1.0.0.2.ip6.arpa": dns.RcodeServerFailure}},
			[]string{"2001:db8::7", "what is below 2001:db8:4000::/36 could not be read: SERVFAIL from dns:192.0.2.53"},
			"2001:db8:4000::-2001:db8:4000::5 0"},
		{"no server that answers", "", "", &tree{fails: map[resolve.Name]int{"8.b.d.0.1.0.0.2.ip6.arpa": dns.RcodeRefused}},
			[]string{"its reverse tree could not be read: REFUSED from dns:192.0.2.53"}, " 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := netip.MustParsePrefix(part)
			first, last := p.Addr(), netip.MustParseAddr("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")
			if tt.first != "" {
				first, last = netip.MustParseAddr(tt.first), netip.MustParseAddr(tt.last)
			}
			var got, parts []string
			for a, err := range walker(tt.tree).Walk(context.Background(), first, last) {
				if gap := (*resolve.WalkGap)(nil); errors.As(err, &gap) {
					got = append(got, err.Error())
					parts = append(parts, fmt.Sprintf("%s %d", gap.Part, gap.Reason))
				} else if err != nil {
					t.Error(err)
				} else {
					got = append(got, a.String())
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s\nwant %s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
			if got := strings.Join(parts, ";"); got != tt.gaps {
				t.Errorf("gaps %q, want %q", got, tt.gaps)
			}
		})
	}
}

func walker(z *tree) *resolve.Resolver {
	server, _ := resolve.ParseServer("192.0.2.53")
	return &resolve.Resolver{Config: &resolve.Config{Servers: []resolve.Server{server}, Explicit: true, Attempts: 1}, Wire: z}
}

// TestWalkEnds: whoever stops taking addresses stops the questions.
func TestWalkEnds(t *testing.T) {
	z := &tree{owners: owners("2001:db8::1", "2001:db8:ffff::25")}
	for range walker(z).Walk(context.Background(), netip.MustParseAddr("2001:db8::"), netip.MustParseAddr("2001:db8:ffff:ffff::")) {
		break
	}
	if n := z.asked.Load(); n > 24*17+8 {
		t.Errorf("%d questions for the first address", n)
	}
}
