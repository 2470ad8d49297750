package auditreport

import (
	"net/netip"
	"strings"
	"testing"

	"rdnsproxy/audit"
	"rdnsproxy/check"
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

// TestSilent: a client that logs in with a wrong reverse name about which sshd has not complained
// is in the headline's number, so the text counts and lists it too.
func TestSilent(t *testing.T) {
	two := int64(2)
	client := func(address string, bad, logins int64, change audit.Change, then, now string) audit.Client {
		return audit.Client{Address: netip.MustParseAddr(address), Connections: &two, BadlyMapped: bad, Logins: logins,
			Change: change, Then: audit.Then{NameLast: then}, Now: &check.Address{Verdict: check.Unresolvable, PTR: []check.PTR{{Name: now}}}}
	}
	r := calm()
	r.Totals.BadlyMapped = audit.Row{Addresses: 1, Connections: 2, BadlyMapped: 2, Logins: 2}
	r.Clients = []audit.Client{
		client("192.0.2.1", 2, 2, audit.Still, "then.example.net", "then.example.net"),
		client("192.0.2.2", 0, 2, audit.New, "", "now.example.net"),
		client("192.0.2.3", 0, 0, audit.New, "", "scanner.example.net"),
		client("192.0.2.4", 0, 2, audit.Unchanged, "fine.example.net", "fine.example.net"),
	}
	want := " 1 more client that logs in has a wrong reverse name now; sshd has not complained about it."
	if got := complaint(r); !strings.HasSuffix(got, want) {
		t.Errorf("%q does not end in %q", got, want)
	}
	text := write(t, "text", r, Options{})
	for line, there := range map[string]bool{
		"192.0.2.1  then.example.net    still wrong            2       2\n": true,
		"192.0.2.2  now.example.net     wrong                  2       2\n": true, "192.0.2.3 ": false, "192.0.2.4 ": false,
	} {
		if strings.Contains(text, line) != there {
			t.Errorf("%q: %t, want %t, in\n%s", line, !there, there, text)
		}
	}
}
