package auditrun

import (
	"net/netip"
	"testing"

	"rdnsproxy/audit/tally"
	"rdnsproxy/sshdlog"
)

// Whose log it is decides whether this machine's sshd_config says anything about it.
func TestHostNamed(t *testing.T) {
	for _, c := range []struct {
		hosts []string
		want  string
	}{
		{[]string{"fs1"}, "fs1"},
		{[]string{"web", "FS1.example.net"}, "FS1.example.net"},
		{[]string{"fs1/sshd-0"}, ""},
		{[]string{"fs1.example.net/sshd-0"}, ""},
		{[]string{"fs10", ""}, ""},
	} {
		y := tally.New(tally.Options{})
		for _, h := range c.hosts {
			y.Add(&sshdlog.Frame{Host: []byte(h), PID: 7, Repeat: 1},
				&sshdlog.Event{Kind: sshdlog.Failed, Repeat: 1, Sure: true, Addr: netip.MustParseAddr("192.0.2.1")})
		}
		y.Finish()
		if got := hostNamed(y, "fs1.example.org"); got != c.want {
			t.Errorf("%q: %q, want %q", c.hosts, got, c.want)
		}
	}
}
