package auditreport

import (
	"strings"
	"testing"

	"rdnsproxy/audit"
)

// TestComplaint: only connections with a complaint are counted, not all of such a client,
// which other servers may have seen without one.
func TestComplaint(t *testing.T) {
	r := &audit.Report{Totals: audit.Totals{BadlyMapped: audit.Row{Addresses: 1, Connections: 600, BadlyMapped: 308}}}
	if got, want := complaint(r), "In 308 connections sshd complains "; !strings.HasPrefix(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
}
