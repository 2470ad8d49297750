package check

import (
	"strings"
	"testing"

	"rdnsproxy/resolve"
)

// TestMistaken: who types a bad address, or a file for a name, is told.
func TestMistaken(t *testing.T) {
	absent := func(host string) Facts {
		return Facts{Target: Target{Input: host, Host: host, Port: 22}, Forward: []resolve.Answer{{
			Question: resolve.Question{Name: resolve.Name(host), Type: resolve.A}, Status: resolve.NXDomain, Source: fromDNS}}}
	}
	for host, want := range map[string]string{
		"203.0.113.300":    "203.0.113.300 is not an IPv4 address, ",
		"203.0.113":        "203.0.113 is not an IPv4 address, ",
		"gone.example.com": "check the spelling, ",
		"7.example.com":    "check the spelling, ",
	} {
		if got := advised(absent(host), Policy{}, AdviseName); len(got) != 1 || !strings.HasPrefix(got[0], want) {
			t.Errorf("%s: %q, want %q", host, got, want)
		}
	}
	r := judge(absent("hosts.txt"), Policy{})
	r.MeantFile("my hosts.txt\x1b")
	if a := r.Findings[0].Advice; len(a) != 2 ||
		a[0].Text != `my hosts.txt\027 is a file here: to check the targets in it, --from-file 'my hosts.txt\027'` {
		t.Errorf("%+v", a)
	}
	r = judge(facts("203.0.113.7", resolve.NXDomain), Policy{})
	before := len(r.Findings[0].Advice)
	if r.MeantFile("x"); len(r.Findings[0].Advice) != before {
		t.Error("a name that exists is taken for a file")
	}
}
