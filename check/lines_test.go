package check

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"rdnsproxy/resolve"
)

// check and the relay suggest the lines that 'hosts add' writes, and none that it refuses.
func TestSuggestedLinesWouldBeWritten(t *testing.T) {
	off := func(addr string) Facts { return facts(addr, resolve.OK, dead("x.example.net", resolve.NXDomain)) }
	with := func(f, g Facts) Facts {
		f.Addresses = append(f.Addresses, g.Addresses...)
		f.Forward[0].Addrs = append(f.Forward[0].Addrs, g.Addresses[0].Addr)
		return f
	}
	showing := func(k Key) Facts {
		f := off("203.0.113.7")
		p := serving(k)
		f.Addresses[0].Probe = &p
		return f
	}
	refused := key("ssh-ed25519", KeyUnknown)
	refused.Refused = "it is too short"
	half := off("203.0.113.7")
	half.Forward[1].Status = resolve.ServFail
	for _, tt := range []struct {
		name  string
		facts Facts
		lines int
	}{
		{"the article's case", off("192.168.1.243"), 1},
		{"two addresses", with(off("203.0.113.7"), off("203.0.113.8")), 2},
		{"one of two is not known", with(off("203.0.113.7"), facts("203.0.113.8", resolve.Timeout)), 0},
		{"one of two is NAT64's", with(off("203.0.113.7"), off("64:ff9b::203.0.113.8")), 0},
		{"a family is not known", half, 0},
		{"an unknown key", showing(key("ssh-ed25519", KeyUnknown)), 1},
		{"a changed key", showing(key("ssh-ed25519", KeyChanged)), 0},
		{"a key that ssh refuses", showing(refused), 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			policy := Policy{HostsPath: "/etc/hosts"}
			var suggested []string
			for _, f := range Judge(tt.facts, policy).Findings {
				for _, a := range f.Advice {
					if (a.Code == AdviseHostsLine || a.Code == AdviseHostsLineKey) &&
						f.Address == tt.facts.Addresses[0].Addr {
						suggested = append(suggested, a.Line)
					}
				}
			}
			written, err := planned(t, "", tt.facts, policy, PinOptions{Now: time.Now()})
			if len(suggested) != tt.lines || (err == nil) != (tt.lines > 0) {
				t.Errorf("suggested %q, written %q", suggested, written)
			}
			for _, line := range suggested {
				if !strings.Contains(written, line+"  # rdnsproxy ") {
					t.Errorf("suggested %q, written %q", line, written)
				}
			}
		})
	}
	if got := (&Result{}).chosen(netip.Addr{}); got != nil {
		t.Errorf("of no addresses: %v", got)
	}
}
