package auditreport

import (
	"strings"
	"testing"

	"rdnsproxy/audit"
)

// TestComplaint: only connections with a complaint are counted as such, not all of such a
// client, which other servers may have seen without one; the sentence has both numbers, for
// the table counts all.
func TestComplaint(t *testing.T) {
	for want, row := range map[string]audit.Row{
		"In 308 of the 600 connections of these 2 addresses, sshd complains about the reverse name (": {Addresses: 2, Connections: 600, BadlyMapped: 308},
		"In 1 of the 2 connections of this address, sshd complains about the reverse name (":          {Addresses: 1, Connections: 2, BadlyMapped: 1},
		"In 600 connections sshd complains about the client's reverse name (":                         {Addresses: 2, Connections: 600, BadlyMapped: 600},
		"sshd complains about the reverse names of 2 addresses (":                                     {Addresses: 2, BadlyMapped: 600},
	} {
		if got := complaint(&audit.Report{Totals: audit.Totals{BadlyMapped: row}}); !strings.HasPrefix(got, want) {
			t.Errorf("%q, not %q", got, want)
		}
	}
}
