package resolve

import (
	"net/netip"
	"testing"
	"time"

	"rdnsproxy/internal/lab"
)

// BenchmarkHeld is the lookups of one host whose answers are held.
func BenchmarkHeld(b *testing.B) {
	s := startDNS(b, lab.Zone("example.com", "host A 192.0.2.1"), lab.Zone("2.0.192.in-addr.arpa", "1 PTR host.example.com."))
	r := asking(b, s)
	r.Hosts = hosts(b, "127.0.0.1 localhost\n::1 localhost ip6-localhost\n")
	addr := netip.MustParseAddr("192.0.2.1")
	l := laneOf(b, r, LaneOptions{})
	var held []*Answer
	for _, a := range byLane(b, l, Question{"host.example.com", A}, Question{"host.example.com", AAAA}, Question{ReverseName(addr), PTR}) {
		held = append(held, a)
	}
	ctx := within(b)
	b.ReportAllocs()
	for b.Loop() {
		h := r.Hold(ctx, time.Now().Add(time.Minute), held)
		for range r.Addresses(h, "host.example.com", AnyFamily, System) {
		}
		if r.Reverse(h, addr, System).Status != OK || r.Forward(h, "host.example.com", IPv4, System).Status != OK {
			b.Fatal("not held")
		}
		h.Release()
	}
}
