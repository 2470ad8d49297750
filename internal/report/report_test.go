package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"rdnsproxy/check"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// recorded are results of lookups: testdata/results.json.
func recorded(t *testing.T) []*check.Result {
	t.Helper()
	return recording(t, "results")
}

// recordings are the files of results: lookups alone, and what a probe finds behind an
// address, of every kind.
var recordings = []string{"results", "probed"}

func write(t *testing.T, format string, o Options, rs ...*check.Result) string {
	t.Helper()
	var b bytes.Buffer
	f, err := FormatOf(format)
	if err != nil {
		t.Fatal(err)
	}
	h := f.New(&b, o)
	for _, r := range rs {
		if err := h.Result(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestGolden replays the recorded results into every format.
func TestGolden(t *testing.T) {
	for _, format := range Formats() {
		for _, name := range recordings {
			t.Run(format+"/"+name, func(t *testing.T) {
				golden(t, name+"."+format, write(t, format, Options{Time: noon}, recording(t, name)...))
			})
		}
	}
}

// TestGoldenTable: the table on terminals of several widths.
func TestGoldenTable(t *testing.T) {
	for _, width := range []int{40, 60, 80, 120, 200} {
		for _, name := range recordings {
			t.Run(fmt.Sprintf("%s/%d", name, width), func(t *testing.T) {
				o := Options{Width: width}
				rs := recording(t, name)
				for _, r := range rs {
					o.TargetWidth = max(o.TargetWidth, len(r.Target))
				}
				got := write(t, "table", o, rs...)
				golden(t, fmt.Sprintf("%s.table.%d", name, width), got)
				for line := range strings.Lines(got) {
					if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width {
						t.Errorf("%d columns: %s", n, line)
					}
				}
			})
		}
	}
}

// noon is when the recorded checks were made.
var noon = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

// golden compares with testdata/golden.NAME, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden."+name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Error(d)
	}
}

// TestJSONIsTheRecording: a result survives the way from JSON and back, byte by byte.
func TestJSONIsTheRecording(t *testing.T) {
	for _, name := range recordings {
		want, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), write(t, "json", Options{}, recording(t, name)...)); d != "" {
			t.Error(d)
		}
	}
}

// TestRecordingsAreComplete: they have no code and no severity that check does not give,
// and every status of a connection and of a host key.
func TestRecordingsAreComplete(t *testing.T) {
	codes, severities := map[check.Code]bool{}, map[check.Code][]check.Severity{}
	for _, d := range check.Codes() {
		codes[d.Code], severities[d.Code] = true, []check.Severity{d.Severity}
		for _, e := range d.Except {
			severities[d.Code] = append(severities[d.Code], e.Severity)
		}
	}
	connects, keys := map[check.ConnectStatus]bool{}, map[check.KeyStatus]bool{}
	for _, r := range append(recorded(t), recording(t, "probed")...) {
		for _, f := range r.Findings {
			if !codes[f.Code] {
				t.Errorf("%s: check has no code %s", r.Target, f.Code)
			}
			if !slices.Contains(severities[f.Code], f.Severity) {
				t.Errorf("%s: %s is never %s", r.Target, f.Code, f.Severity)
			}
		}
		for _, a := range r.Addresses {
			if a.Connect != nil {
				connects[a.Connect.Status] = true
			}
			if a.SSH != nil {
				for _, k := range a.SSH.HostKeys {
					keys[k.Status] = true
				}
			}
		}
	}
	if len(connects) != len(check.ConnectStatuses()) || len(keys) != len(check.KeyStatuses()) {
		t.Errorf("only %v and %v are there", connects, keys)
	}
}

// TestExamplesAreReal: the example in an explanation is a recorded text, if a finding
// with its code is recorded.
func TestExamplesAreReal(t *testing.T) {
	texts := map[check.Code][]string{}
	for _, r := range everything(t) {
		for _, f := range r.Findings {
			texts[f.Code] = append(texts[f.Code], f.Text)
		}
	}
	for _, e := range check.Explanations() {
		if recorded := texts[e.Code]; recorded != nil && !slices.Contains(recorded, e.Example) {
			t.Errorf("%s is explained with %q; recorded are %q", e.Code, e.Example, recorded)
		}
	}
}

// TestJSONOfNothing: no results are an empty array.
func TestJSONOfNothing(t *testing.T) {
	if got := write(t, "json", Options{}); got != "[]\n" {
		t.Errorf("%q", got)
	}
}

// TestSafe: no format writes control characters, whatever is recorded.
func TestSafe(t *testing.T) {
	for _, format := range Formats() {
		got := write(t, format, Options{}, append(recorded(t), recording(t, "probed")...)...)
		if i := strings.IndexFunc(got, func(r rune) bool {
			return r < ' ' && r != '\n' && (r != '\t' || format != "table") || r >= 0x7f && r < 0xa0
		}); i >= 0 {
			t.Errorf("%s: control character at %d: %q", format, i, got[max(0, i-20):i+1])
		}
	}
}

// TestWidth: prose is wrapped to the width; what is to be copied is never wrapped.
func TestWidth(t *testing.T) {
	for _, width := range []int{40, 80, 132} {
		rs := recorded(t)
		copied := map[string]bool{}
		for _, r := range rs {
			for _, f := range r.Findings {
				for _, a := range f.Advice {
					copied[a.Line] = true
				}
			}
		}
		for line := range strings.SplitSeq(write(t, "text", Options{Width: width}, rs...), "\n") {
			long := slices.Max(append([]int{0}, lengths(strings.Fields(line))...))
			n := utf8.RuneCountInString(line)
			if n > width && !copied[strings.TrimSpace(line)] && long < width-30 && !strings.Contains(line, "dns:") {
				t.Errorf("width %d: %d columns: %s", width, n, line)
			}
		}
		for line := range copied {
			if out := write(t, "text", Options{Width: width}, rs...); line != "" && !strings.Contains(out, line+"\n") {
				t.Errorf("width %d: %q is not there in one piece", width, line)
			}
		}
	}
}

func lengths(words []string) []int {
	var ns []int
	for _, w := range words {
		ns = append(ns, len(w))
	}
	return ns
}

// TestColor: colour adds known escape sequences and changes nothing else, although the
// recordings have hostile names and banners.
func TestColor(t *testing.T) {
	sgr := regexp.MustCompile(`\x1b\[(1|2|1;3[1-6])m([^\x1b]*)\x1b\[0m`)
	for _, format := range Formats() {
		for _, width := range []int{0, 40, 80, 200} {
			rs := append(everything(t), check.Unjudged("\x1b[31mred\x1b]0;title\x07"))
			plain, painted := write(t, format, Options{Width: width}, rs...), write(t, format, Options{Color: true, Width: width}, rs...)
			if strings.Contains(plain, "\x1b") {
				t.Errorf("%s: an escape sequence without Color", format)
			}
			if d := cmp.Diff(plain, sgr.ReplaceAllString(painted, "$2")); d != "" {
				t.Errorf("%s at width %d: %s", format, width, d)
			}
		}
	}
	painted := write(t, "text", Options{Color: true}, everything(t)...)
	for _, want := range []string{
		"\x1b[1;33mwarning\x1b[0m  \x1b[1mmy.example.com\x1b[0m  unresolvable\n",
		"  \x1b[1mwhat to do\x1b[0m\n",
		"  \x1b[2mdns:192.0.2.53\x1b[0m\n",
		"    \x1b[1;31mssh-ed25519 CHANGED\x1b[0m  ",
		" targets: \x1b[1;31m",
	} {
		if !strings.Contains(painted, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

// TestQuiet: targets that pass are left out.
func TestQuiet(t *testing.T) {
	got := write(t, "text", Options{Quiet: true}, recorded(t)...)
	if strings.Contains(got, "ok  ") || strings.Contains(got, "notice  ") || !strings.Contains(got, "warning  my.example.com") {
		t.Error(got)
	}
}

func TestUnknownFormat(t *testing.T) {
	_, err := FormatOf("xml")
	if err == nil || !strings.Contains(err.Error(), "csv, github, json, jsonl, junit, nagios, prometheus, summary, table, tap, text") {
		t.Error(err)
	}
}
