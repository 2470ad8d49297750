package sshdlog

import (
	"net/netip"
	"testing"
)

// TestParseAddr: what netip takes for an address is one, without its zone, and nothing else.
func TestParseAddr(t *testing.T) {
	for _, s := range addresses {
		checkAddr(t, s)
	}
}

func FuzzParseAddr(f *testing.F) {
	for _, s := range addresses {
		f.Add(s)
	}
	f.Fuzz(checkAddr)
}

var addresses = []string{
	"", "1", "0.0.0.0", "1.2.3.4", "255.255.255.255", "256.1.1.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.04",
	"1..3.4", ".1.2.3", "1.2.3.", "1.2.3.4 ", "1.2.3.4%eth0", "::", "::1", "1::", "1::2", "1::2::3", ":::", "::1:", ":1",
	"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::2:3:4:5:6:7:8",
	"12345::", "g::", "2001:DB8::Ff", "::ffff:1.2.3.4", "::ffff:1.2.3.400", "::1.2.3.4", "1:2:3:4:5:6:1.2.3.4",
	"1:2:3:4:5:6:7:1.2.3.4", "::1.2.3.4:5", "fe80::1%eth0", "fe80::1%", "%eth0", "fe80::%a%b", "2001:db8:5:::",
	"0000:0000:0000:0000:0000:ffff:192.168.100.228", "1.2.3.4:22", "[::1]", "::ffff:0102:0304",
}

func checkAddr(t *testing.T, s string) {
	want, err := netip.ParseAddr(s)
	got, ok := parseAddr([]byte(s))
	if ok != (err == nil && len(s) <= 64) || ok && got != want.WithZone("").Unmap() {
		t.Errorf("%q: got %v, %v, netip: %v, %v", s, got, ok, want, err)
	}
}
