package resolve

import (
	"net/netip"
	"testing"
)

// TestFamilyOf: an IPv4-mapped address is reached by IPv4.
func TestFamilyOf(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.1": "IPv4", "::ffff:192.0.2.1": "IPv4", "2001:db8::1": "IPv6", "fe80::1%eth0": "IPv6",
		"64:ff9b::c000:201": "IPv6",
	} {
		if got := FamilyOf(netip.MustParseAddr(addr)).String(); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
	for qtype, want := range map[Type]string{A: "IPv4", AAAA: "IPv6", PTR: "any"} {
		if got := qtype.Family().String(); got != want {
			t.Errorf("%s: %s, want %s", qtype, got, want)
		}
	}
}
