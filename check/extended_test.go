package check_test

import (
	"strings"
	"testing"

	"rdnsproxy/check"
	"rdnsproxy/resolve"
	"rdnsproxy/safetext"
)

// A server's text about its failure (RFC 8914) is part of a hint before a login. It is
// shown as a stranger's name is: escaped, without spaces, and short.
func TestExtendedError(t *testing.T) {
	for said, want := range map[string]string{
		"22 (No Reachable Authority): ()":              "22 (No Reachable Authority)",
		"22 (No Reachable Authority): (at delegation)": `22 (No Reachable Authority): at\032delegation`,
		"4095: (root@host's password: )":               `4095: root\064host\039s\032password\058\032`,
		"6 (DNSSEC Bogus): (\x1b[2J" + strings.Repeat("x", 70000) + ")": `6 (DNSSEC Bogus): \027\0912J` +
			strings.Repeat("x", 50) + "...",
		"15 (Blocked): (a); 16 (Censored): (" + strings.Repeat("y", 70000) +
			") ": `15 (Blocked): a\041\059\03216\032\040Censored\041\058\032\040` + strings.Repeat("y", 13) + "...",
	} {
		t.Run(said[:min(len(said), 40)], func(t *testing.T) {
			r := check.Judge(check.Facts{
				Target: check.Target{Host: "web.example.com", Port: 22},
				Forward: []resolve.Answer{{Question: resolve.Question{Name: "web.example.com", Type: resolve.A},
					Status:   resolve.ServFail,
					Extended: safetext.Of(said)}},
			}, check.Policy{})
			var got string
			for _, f := range r.Findings {
				for _, a := range f.Advice {
					if _, words, ok := strings.Cut(a.Text, "the server says: "); ok {
						got = words
					}
				}
			}
			if got != want {
				t.Errorf("%.60q: %q, want %q", said, got, want)
			}
		})
	}
}
