package pins

import (
	"net/netip"
	"testing"

	"rdnsproxy/check"
	"rdnsproxy/internal/accepted"
	"rdnsproxy/resolve"
)

// TestChangeSince: what accept verify says of a host, and how bad that is.
func TestChangeSince(t *testing.T) {
	const host = "my.example.com"
	file := accepted.Parse(host + " 192.0.2.1 missing - 2026-03-01T12:00:00Z\n")
	at := func(a string, v check.Verdict, ptr ...string) check.Address {
		of := check.Address{Address: netip.MustParseAddr(a), Verdict: v}
		for _, name := range ptr {
			of.PTR = append(of.PTR, check.PTR{Name: name})
		}
		return of
	}
	gone := check.NewFinding(check.ForwardPartial, netip.Addr{}, "my.example.com does not exist")
	for name, c := range map[string]struct {
		r        check.Result
		severity check.Severity
		text     string // empty: any
	}{
		"as it was": {
			check.Result{Addresses: []check.Address{at("192.0.2.1", check.Missing)}}, check.Pass, "unchanged",
		},
		"a reverse name has come": {
			check.Result{Addresses: []check.Address{at("192.0.2.1", check.Exact, host)}}, check.Warning, "",
		},
		"another address": {
			check.Result{Addresses: []check.Address{at("192.0.2.2", check.Missing)}}, check.Warning, "",
		},
		"a lookup failed": {
			check.Result{Addresses: []check.Address{at("192.0.2.1", check.Undetermined)}}, check.Unknown, "",
		},
		"one family could not be looked up": {
			check.Result{
				Host: host, Forward: check.Forward{A: resolve.OK, AAAA: resolve.Timeout},
				Addresses: []check.Address{at("192.0.2.1", check.Missing)},
			}, check.Unknown, "the IPv6 addresses of my.example.com could not be looked up (no answer)",
		},
		"no address": {
			check.Result{Findings: []check.Finding{gone}, Severity: check.Error}, check.Error, gone.Text,
		},
		"no address is known": {
			check.Result{Findings: []check.Finding{gone}, Severity: check.Unknown}, check.Unknown, gone.Text,
		},
	} {
		t.Run(name, func(t *testing.T) {
			text, severity := changeSince(file, host, &c.r)
			if severity != c.severity || text == "" || c.text != "" && text != c.text {
				t.Errorf("%v %q, want %v %q", severity, text, c.severity, c.text)
			}
		})
	}
}
