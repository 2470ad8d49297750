package report

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
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
	if n := len(d.operators.zones.of) + len(d.operators.targets.of); n > 2*limits.Counted || len(d.operators.of) > limits.Counted {
		t.Errorf("%d words are kept", n)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	for _, want := range []string{
		"131204 targets: 132 errors, 131072 warnings\n", "\n  132 errors: ", "\n    late0  ", "\n    and 124 more\n",
		"        132  hostmaster@many.example       many.example\n", "  of others\n", "half took up to 5 ms, 95 % up to 10 ms",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if n := strings.Count(got, "\n    late"); n != examplesOfKind {
		t.Errorf("%d of the errors are shown", n)
	}
	if n := strings.Count(got, "\n"); n > 50 {
		t.Errorf("%d lines", n)
	}
}

// TestDigestFirstScreen: whatever there is most of, the first 24 lines say how many have
// which verdict and whom to ask, and no kind of finding keeps the others out of sight.
func TestDigestFirstScreen(t *testing.T) {
	var out strings.Builder
	d := newDigest(&out, Options{Ran: func() Run {
		return Run{Sent: 7, Took: 90 * time.Second, Ended: time.Unix(1e9, 0), Servers: []string{"192.0.2.53"}}
	}})
	verdicts := check.Verdicts()
	for i := range 5000 {
		r := check.Unjudged(fmt.Sprintf("h%d", i))
		r.Severity, r.Verdict = check.Error, check.NoAddress
		if i >= 4000 {
			r.Severity, r.Verdict = check.Warning, verdicts[i%len(verdicts)]
		}
		r.Findings = []check.Finding{{Code: check.MappingCode(r.Verdict), Severity: r.Severity, Text: r.Host + " is wrong"}}
		r.Addresses = []check.Address{{Reverse: check.Reverse{
			Zone: fmt.Sprintf("z%d.example", i%200), Contact: fmt.Sprintf("admin@o%d.example", i%20)}}}
		if err := d.Result(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	first := strings.Join(lines[:24], "\n")
	for _, v := range verdicts {
		if !strings.Contains(first, "%  "+string(v)+"\n") {
			t.Errorf("the first screen lacks %s:\n%s", v, first)
		}
		if severe := "100 warnings: " + string(v); !strings.Contains(out.String(), severe+"\n    h") {
			t.Errorf("no example of %q in\n%s", severe, &out)
		}
	}
	if !strings.Contains(first, "  admin@o0.example   z0.example, z100.example and 8 more\n") {
		t.Errorf("the first screen does not say whom to ask:\n%s", first)
	}
	if n := strings.Count(out.String(), "\n    h"); n > examplesInAll {
		t.Errorf("%d examples", n)
	}
	if want := "\n\n  DNS: 7 questions, 0 without an answer (0.00 %)\n  run: 1m30s, until 2001-09-09 01:46:40 UTC, resolver 192.0.2.53\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("the end is not %q:\n%s", want, &out)
	}
}

// TestExamplesAreBounded: results with codes that nobody knows cannot fill the memory.
func TestExamplesAreBounded(t *testing.T) {
	var e examples
	for i := range 10 * examplesKinds {
		e.add(kind{check.Warning, fmt.Sprint(i)}, func() string { return "line" })
	}
	kinds, each := e.kinds()
	if len(e.of) > examplesKinds || len(kinds)*each > examplesInAll {
		t.Errorf("%d kinds are kept, %d of %d shown", len(e.of), each, len(kinds))
	}
}

// TestDigestWidth: no line is longer than the terminal.
func TestDigestWidth(t *testing.T) {
	for _, width := range []int{40, 80, 132} {
		out := write(t, "summary", Options{Width: width, Ran: func() Run { return Run{Sent: 1_000_000, Lost: 5000, Took: time.Hour} }}, everything(t)...)
		for line := range strings.Lines(out) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("%d columns: %s", n, line)
			}
		}
		if !strings.Contains(out, "DNS: 1,000,000 questions, 5,000") {
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

// TestDigestNotices: what the notices are is said, with an example of each kind; that there is
// no PTR record, the verdicts say.
func TestDigestNotices(t *testing.T) {
	var rs []*check.Result
	add := func(n int, code check.Code, v check.Verdict, text string) {
		for i := range n {
			r := check.Unjudged(fmt.Sprintf("h%d.example.com", i))
			r.Severity, r.Verdict, r.Findings = check.Notice, v, []check.Finding{{Code: code, Severity: check.Notice, Text: text}}
			rs = append(rs, r)
		}
	}
	add(3, check.SlowResolve, check.Exact, "looking up took 2.5 s")
	add(2, check.MappingCode(check.Undetermined), check.Undetermined, "in none of the zones")
	add(4, check.MappingCode(check.Missing), check.Missing, "no reverse name")
	got := write(t, "summary", Options{}, rs...)
	want := "\n  3 notices: slow.resolve\n    h0.example.com  looking up took 2.5 s\n    and 2 more\n" +
		"  2 notices: undetermined\n    h0.example.com  in none of the zones\n    and 1 more\n"
	if !strings.HasSuffix(got, want) {
		t.Errorf("%s\ndoes not end in\n%s", got, want)
	}
}

// TestDigestTellsRefusedRanges: where a server refuses the reverse zones of all private
// addresses, the second line says so; where it has answered about one, none does.
func TestDigestTellsRefusedRanges(t *testing.T) {
	for _, tt := range []struct{ refused, answered, told int }{{256, 0, 1}, {255, 1, 0}, {1, 0, 0}} {
		var out strings.Builder
		d := newDigest(&out, Options{})
		for i := range tt.refused + tt.answered {
			a := netip.AddrFrom4([4]byte{10, 0, 0, byte(i)})
			r := check.Unjudged(a.String())
			r.Severity, r.Verdict = check.Notice, check.Exempt
			if i < tt.refused {
				r.Findings = []check.Finding{check.NewFinding(check.ReverseRefused, a, "text")}
			}
			if err := d.Result(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		_, second, _ := strings.Cut(out.String(), "\n")
		if told := strings.Count(second, "storm: the server refuses, or fails at, the reverse zones of all 256 exempt"); told != tt.told ||
			told == 1 && !strings.HasPrefix(second, "storm: ") {
			t.Errorf("%+v: %s", tt, out.String())
		}
	}
}
