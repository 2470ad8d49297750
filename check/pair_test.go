package check_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rdnsproxy/check"
)

// TestPairs: of a name and an address, only this address is judged, and the name has to
// have it.
func TestPairs(t *testing.T) {
	w := newWorld(t, "", exampleCom, barNet, reverse4, reverse6, reverse10)
	tests := []struct {
		name, host, address string
		addresses           string // that are judged, with their verdicts
		codes               string
		text                string // of pair.differs
	}{
		{"held", "two.example.com", "203.0.113.20", "203.0.113.20 exact", "mapping.exact", ""},
		{"held, of two families", "web.example.com", "2001:db8::7", "2001:db8::7 exact", "mapping.exact", ""},
		{"another", "two.example.com", "203.0.113.7", "203.0.113.7 confirmed", "mapping.confirmed pair.differs",
			"two.example.com has 203.0.113.20, 203.0.113.21, and not 203.0.113.7, with which the input pairs it"},
		{"another, of a family that it lacks", "my.example.com", "2001:db8::7", "2001:db8::7 confirmed",
			"mapping.confirmed pair.differs",
			"my.example.com has 192.168.1.243, and not 2001:db8::7, with which the input pairs it"},
		{"no address", "none.example.com", "203.0.113.7", "", "mapping.no-address", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			ask := w.ask(tt.host)
			ask.Target.Address = netip.MustParseAddr(tt.address)
			r := w.Check(ctx, ask)
			var judged []string
			for _, a := range r.Addresses {
				judged = append(judged, a.Address.String()+" "+string(a.Verdict))
			}
			if got := strings.Join(judged, ", "); got != tt.addresses || codes(r) != tt.codes {
				t.Errorf("%s; %s\nwant %s; %s", got, codes(r), tt.addresses, tt.codes)
			}
			for _, f := range r.Findings {
				if f.Code == check.PairDiffers && (f.Text != tt.text || f.Severity != check.Warning) {
					t.Errorf("%v %s\nwant %s", f.Severity, f.Text, tt.text)
				}
				for _, a := range f.Advice {
					if a.Code == check.AdviseHostsLine {
						t.Errorf("a hosts line is suggested, though not all addresses were checked: %s", a.Line)
					}
				}
			}
		})
	}
}
