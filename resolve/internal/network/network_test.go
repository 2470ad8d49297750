package network_test

import (
	"net/netip"
	"testing"

	"rdnsproxy/resolve/internal/network"
)

func TestStateIsStable(t *testing.T) {
	servers := []netip.Addr{netip.MustParseAddr("192.0.2.53"), netip.MustParseAddr("2001:db8::53")}
	first, err := network.State(servers)
	if err != nil {
		t.Fatal(err)
	}
	again, err := network.State(servers)
	if err != nil || string(again) != string(first) {
		t.Errorf("%x, %v; it was %x", again, err, first)
	}
}

func BenchmarkState(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := network.State(nil); err != nil {
			b.Fatal(err)
		}
	}
}
