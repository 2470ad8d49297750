package resolve

import (
	"context"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/miekg/dns"
)

// TestWalkIsBounded: an answer for each node, but none for the leaves, costs no more than
// the bound.
func TestWalkIsBounded(t *testing.T) {
	z := &endlessTree{}
	server, _ := ParseServer("192.0.2.53")
	r := &Resolver{Config: &Config{Servers: []Server{server}, Explicit: true}, Wire: z}
	const most = 10_000
	var last error
	n := 0
	for _, err := range r.walk(context.Background(), netip.MustParseAddr("2001:db8::"), netip.MustParseAddr("2001:db8:ffff::"), most) {
		last = err
		n++
	}
	if n != 1 || last == nil || !strings.Contains(last.Error(), "after") || z.asked.Load() > most+64 {
		t.Errorf("%d items, the last %v, after %d questions", n, last, z.asked.Load())
	}
}

// endlessTree has all nodes, and no address.
type endlessTree struct{ asked atomic.Int64 }

func (z *endlessTree) Exchange(_ context.Context, _ Server, q Question, _ bool) (Reply, error) {
	z.asked.Add(1)
	r := Reply{Authority: []Record{{Name: "ip6.arpa", Type: SOA, Zone: &Zone{}}}}
	if q.Name.Labels() == 34 {
		r.Rcode = dns.RcodeNameError
	}
	return r, nil
}
