//go:build linux

package e2e

import (
	"strings"
	"testing"
)

// TestWalkReverseTree: the names of a /32 are found with a few questions each, and a
// wildcard that gives all addresses of one a name is found out.
func TestWalkReverseTree(t *testing.T) {
	v := newVisit(t)
	v.nsd(map[string][]string{
		"8.b.d.0.1.0.0.2.ip6.arpa": {
			"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR web.example.test.",
			"5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.f.f.f.f.0.0.0.0 PTR mail.example.test.",
			"f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f.f CNAME last.example.test.",
			"*.a.a.a.a PTR pool.example.test.",
		},
		"9.b.d.0.1.0.0.2.ip6.arpa": {"* PTR any.example.test."},
		"example.test":             {"web AAAA 2001:db8::1", "mail AAAA 2001:db8:0:ffff::25", "last PTR web.example.test."},
	})
	walk := func(prefix string, status int) (lines []string) {
		o := v.asRoot("rdnsproxy", "check", "--dns-only", "--format", "table", "-F", "none", "--hosts-file", "/dev/null", prefix)
		if o.status != status || o.err != "" {
			t.Errorf("%s: status %d, %s", prefix, o.status, o.err)
		}
		return strings.Split(strings.TrimSpace(o.out), "\n")
	}
	got := walk("2001:db8::/32", 1)
	want := []string{
		"ok\t2001:db8::1\t2001:db8::1\tconfirmed\t",
		"ok\t2001:db8:0:ffff::25\t2001:db8:0:ffff::25\tconfirmed\t",
		"notice\t2001:db8:aaaa::/48\t-\tundetermined\twalk.incomplete\t2001:db8::/32: each address of 2001:db8:aaaa::/48 has a name: the server makes them up",
		"warning\t2001:db8:ffff:ffff:ffff:ffff:ffff:ffff\t2001:db8:ffff:ffff:ffff:ffff:ffff:ffff\tmismatch\t",
	}
	if len(got) != len(want) {
		t.Fatalf("%d lines:\n%s", len(got), strings.Join(got, "\n"))
	}
	for i := range got {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("%s\nwant %s", got[i], want[i])
		}
	}
	got = walk("2001:db9::/32", 3) // nothing of it is known
	if len(got) != 1 || !strings.Contains(got[0], "2001:db9::/32: each address has a name") {
		t.Errorf("a wildcard for all:\n%s", strings.Join(got, "\n"))
	}
}
