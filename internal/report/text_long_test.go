package report

import (
	"fmt"
	"strings"
	"testing"

	"rdnsproxy/check"
)

// longList returns so many targets whose findings and advice are alike, of which the first
// twenty pass.
func longList(n int) (all []*check.Result) {
	for i := range n {
		r := check.Unjudged(fmt.Sprintf("h%d.example.com", i))
		r.Host, r.Verdict, r.Severity = r.Target, check.Exact, check.Pass
		f := check.Finding{Code: check.MappingCode(check.Exact), Severity: check.Pass, Text: r.Host + " is fine"}
		if i >= LongList {
			r.Verdict, r.Severity = check.Mismatch, check.Warning
			f = check.Finding{Code: check.MappingCode(check.Mismatch), Severity: check.Warning, Text: r.Host + " is wrong", Advice: []check.Advice{
				{Code: check.AdviseUseDNS, Machine: check.ThisMachine, Text: "sshd logs", Line: "maps to " + r.Host},
				{Code: check.AdvisePTRRecord, Machine: check.ReverseZone, Text: "add this record", Line: "PTR " + r.Host},
				{Code: check.AdviseHostsLine, Machine: check.ThisMachine, Text: "add this line", Line: "192.0.2.1 " + r.Host},
			}}
		}
		r.Findings = []check.Finding{f, {Code: check.AffectedNobody, Severity: check.Pass, Text: "impact on this machine: none"}}
		all = append(all, r)
	}
	return all
}

// TestLongList: of a long list, findings and records stay with each target, and what is the
// same for all is said once; a short list, and -v, have all of it.
func TestLongList(t *testing.T) {
	const bad = 30
	short := write(t, "text", Options{}, longList(LongList+bad)...)
	verbose := write(t, "text", Options{Verbose: true}, longList(LongList+bad)...)
	for text, want := range map[string]int{
		"is wrong\n": bad, "PTR h": bad, "warning  h": bad, "maps to h20": 1, "maps to": 1, "192.0.2.1 h": 1, inShort: 1,
		"impact on this machine": LongList,
	} {
		if n := strings.Count(short, text); n != want {
			t.Errorf("%q is there %d times, not %d, in\n%s", text, n, want, short)
		}
	}
	for text, want := range map[string]int{"maps to": bad, "192.0.2.1 h": bad, inShort: 0, "impact on": LongList + bad} {
		if n := strings.Count(verbose, text); n != want {
			t.Errorf("-v has %q %d times, not %d", text, n, want)
		}
	}
	if out := write(t, "text", Options{}, longList(LongList)...); strings.Contains(out, inShort) || strings.Count(out, "impact on") != LongList {
		t.Errorf("a list of %d is shortened:\n%s", LongList, out)
	}
}
