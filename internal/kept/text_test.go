package kept

import (
	"net/netip"
	"testing"
	"time"

	"rdnsproxy/resolve"
)

// The addresses are a column, also where a line is wrapped.
func TestText(t *testing.T) {
	until := time.Now().Add(time.Hour + time.Second/4)
	ok := &answer{Status: resolve.OK, Expires: until}
	entries := []entry{
		{Address: netip.MustParseAddr("10.0.0.1"), Current: true, Reverse: ok, PTR: []name{{Name: "a.example.com"}}},
		{Address: netip.MustParseAddr("192.168.100.1"), Reverse: ok, PTR: []name{{Name: "c.example.com"}}},
		{Address: netip.MustParseAddr("2001:db8::7"), Current: true, Reverse: ok, PTR: []name{
			{"b.example.com", ok, []netip.Addr{netip.MustParseAddr("2001:db8::7")}}, {"other.example.com", &answer{Status: resolve.NXDomain, Expires: until}, nil},
		}},
	}
	for width, want := range map[int]string{
		0: `10.0.0.1       a.example.com, expires in 1h0m0s
2001:db8::7    b.example.com (2001:db8::7), other.example.com (NXDOMAIN), expires in 1h0m0s

of another network or configuration, not used here:
192.168.100.1  c.example.com, expires in 1h0m0s
`,
		60: `10.0.0.1       a.example.com, expires in 1h0m0s
2001:db8::7    b.example.com (2001:db8::7),
                 other.example.com (NXDOMAIN), expires in
                 1h0m0s

of another network or configuration, not used here:
192.168.100.1  c.example.com, expires in 1h0m0s
`,
	} {
		if got := text(entries, width); got != want {
			t.Errorf("width %d:\n%s\nwant:\n%s", width, got, want)
		}
	}
}
