//go:build linux

package e2e

import (
	"net"
	"strings"
	"testing"
	"time"
)

// TestAuditDropped: MaxStartups drops five connections. At LogLevel VERBOSE each has a line of its
// own, and at INFO the first one; the sum that sshd logs in the end counts none of them twice.
func TestAuditDropped(t *testing.T) {
	for level, gap := range map[string]string{"INFO": "the server dropped 4 connections", "VERBOSE": ""} {
		t.Run(level, func(t *testing.T) {
			o := newOffice(t, rsyslogSocket)
			o.rsyslog()
			o.sshd(auditPort, "LogLevel "+level, "MaxStartups 2", "LoginGraceTime 2")
			var open []net.Conn
			for range 7 {
				open = append(open, o.dial(clientGuessing, auditPort))
			}
			time.Sleep(3 * time.Second)
			for _, c := range open {
				c.Close()
			}
			o.login(clientConfirmed, "chris", o.key("chris"))
			o.quiet()
			if log := o.written("rfc3339.log"); !strings.Contains(log, "throttling after 00:00:0") {
				t.Fatalf("no sum:\n%s", log)
			}
			r, raw := o.report(nil, "--dns", "none", audited+"/rfc3339.log")
			said := ""
			for _, f := range r.Findings {
				if f.Code == "log.gap" {
					said = f.Text
				}
			}
			if (gap == "") != (said == "") || !strings.HasPrefix(said, gap) {
				t.Errorf("%q", said)
			}
			if r.Totals.Dropped != 5 {
				t.Errorf("%d dropped\n%s", r.Totals.Dropped, raw)
			}
		})
	}
}
