package report

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"unicode/utf8"

	"rdnsproxy/check"
	"rdnsproxy/limits"
)

// TestDigestIsBounded: it keeps the worst targets, whenever they come, and counts the most
// frequent zones exactly, however many others there are.
func TestDigestIsBounded(t *testing.T) {
	var out strings.Builder
	d := newDigest(&out, Options{})
	add := func(i int, target, zone string, s check.Severity) {
		r := check.Unjudged(target)
		r.Severity, r.Verdict = s, check.Unresolvable
		r.Findings = []check.Finding{check.NewFinding(check.MappingCode(check.Missing), netip.Addr{}, "text")}
		r.Addresses = []check.Address{{Reverse: check.Reverse{Zone: zone, Contact: "hostmaster@" + zone}}}
		r.Timings.Resolve = float64(i%7) / 1000
		if err := d.Result(r); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 2 * limits.Counted {
		add(i, fmt.Sprintf("h%d", i), fmt.Sprintf("zone%d.example", i), check.Warning)
		if i%1000 == 0 {
			add(i, fmt.Sprintf("late%d", i), "many.example", check.Error)
		}
	}
	if n := len(d.zones.of) + len(d.keepers.of); n > 2*limits.Counted || len(d.contact) > limits.Counted {
		t.Errorf("%d words are kept", n)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	for _, want := range []string{
		"131204 targets: 132 errors, 131072 warnings\n", "  error    late0  ", "    and 131,154 more\n",
		"         132  many.example ", "in others\n", "up to 5 ms", "#",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if n := strings.Count(got, "\n    error    late"); n != digestWorst {
		t.Errorf("%d of the worst are listed", n)
	}
	if n := strings.Count(got, "\n"); n > 120 {
		t.Errorf("%d lines", n)
	}
}

// TestDigestWidth: no line is longer than the terminal.
func TestDigestWidth(t *testing.T) {
	for _, width := range []int{40, 80, 132} {
		out := write(t, "summary", Options{Width: width, Asked: func() (int64, int64) { return 1_000_000, 5000 }}, everything(t)...)
		for line := range strings.Lines(out) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("%d columns: %s", n, line)
			}
		}
		if !strings.Contains(out, "1,000,000 sent, 5,000 without") {
			t.Error(out)
		}
	}
}

// TestWorst: what is kept are the worst, and of equals the first.
func TestWorst(t *testing.T) {
	w := worstOf[int]{most: 3}
	for i, s := range []check.Severity{check.Notice, check.Warning, check.Notice, check.Error, check.Error, check.Warning} {
		w.add(s, i)
	}
	if got := fmt.Sprint(w.list(), w.passed); got != "[3 4 1] 3" {
		t.Error(got)
	}
}
