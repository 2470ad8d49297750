package shard

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/limits"
)

// resultLine is the line of a target that is as bad as s.
func resultLine(target string, s check.Severity) string {
	r := check.Unjudged(target)
	r.Severity, r.Findings = s, []check.Finding{{Code: "mapping.exact", Severity: s, Text: "text"}}
	b, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return string(b) + "\n"
}

// run is what a run does with a journal: it writes the results of the targets that are not
// there, and is killed after so many of them; -1: it ends.
func run(t *testing.T, path string, begin Begin, targets []string, killed int) (skipped int) {
	t.Helper()
	j, err := Open(path, begin)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	n := j.Done
	for _, target := range targets {
		if j.Has(target) {
			skipped++
			continue
		}
		line := resultLine(target, check.Warning)
		if killed--; killed == 0 {
			j.Write([]byte(line)[:rand.IntN(len(line))])
			return skipped
		}
		j.Write([]byte(line))
		n++
	}
	j.Write(End{Complete: true, Targets: n}.Line())
	return skipped
}

// targetsIn returns the targets of the results in a file, which has to be whole.
func targetsIn(t *testing.T, path string) (targets []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.SplitAfter(strings.TrimSuffix(string(text), "\n"), "\n")
	for i, line := range all {
		_, begins := parseBegin([]byte(line))
		_, ends := parseEnd([]byte(line))
		if begins != (i == 0) || ends != (i == len(all)-1) {
			t.Fatalf("line %d is %s", i+1, line)
		}
		if !begins && !ends {
			target, ok := targetOf([]byte(line))
			if !ok {
				t.Fatalf("line %d is %s", i+1, line)
			}
			targets = append(targets, target)
		}
	}
	return targets
}

// TestJournalKilled: however often, and in the middle of which line, a run is killed, no
// result is lost or doubled, in the order of the list, which has equal lines.
func TestJournalKilled(t *testing.T) {
	var list []string
	for i := range 300 {
		list = append(list, fmt.Sprintf("h%d.example.com", i/2*i%50))
	}
	for range 20 {
		path := filepath.Join(t.TempDir(), "journal")
		for range 12 {
			run(t, path, Begin{}, list, 1+rand.IntN(25))
		}
		run(t, path, Begin{}, list, -1)
		if got := targetsIn(t, path); !slices.Equal(got, list) {
			t.Fatalf("%d results: %q", len(got), got)
		}
		if skipped := run(t, path, Begin{}, list, -1); skipped != len(list) || !slices.Equal(targetsIn(t, path), list) {
			t.Fatalf("of a run that has ended, %d are skipped", skipped)
		}
	}
}

// TestJournalOfAnotherList: the list has grown, was shuffled, or lost lines.
func TestJournalOfAnotherList(t *testing.T) {
	list := []string{"a", "b", "a", "c", "a"}
	for _, tt := range []struct {
		name    string
		then    []string
		skipped int
		left    int
		want    []string // what is in the file at the end, sorted
	}{
		{"grown", []string{"a", "b", "a", "c", "a", "d"}, 5, 0, []string{"a", "a", "a", "b", "c", "d"}},
		{"grown in front", []string{"d", "a", "b", "a", "c", "a"}, 5, 0, []string{"a", "a", "a", "b", "c", "d"}},
		{"shuffled", []string{"c", "a", "a", "b", "a"}, 5, 0, []string{"a", "a", "a", "b", "c"}},
		{"once more", []string{"a", "a", "a", "a", "b", "c"}, 5, 0, []string{"a", "a", "a", "a", "b", "c"}},
		{"shorter", []string{"c", "b"}, 2, 3, []string{"a", "a", "a", "b", "c"}},
	} {
		path := filepath.Join(t.TempDir(), "journal")
		run(t, path, Begin{}, list, -1)
		if skipped := run(t, path, Begin{}, tt.then, -1); skipped != tt.skipped {
			t.Errorf("%s: %d are skipped, not %d", tt.name, skipped, tt.skipped)
		}
		if got := slices.Sorted(slices.Values(targetsIn(t, path))); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, not %q", tt.name, got, tt.want)
		}
	}
	path := filepath.Join(t.TempDir(), "journal")
	run(t, path, Begin{}, list, -1)
	j, err := Open(path, Begin{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if found := j.Has("c") && j.Has("b"); !found || j.Left() != 3 || !j.Complete || j.By[check.Warning] != 5 {
		t.Errorf("%d are left, %+v", j.Left(), j)
	}
}

// TestJournalRefuses: a file that is not this run's, and one that another run writes.
func TestJournalRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	mine := Begin{Shard: "1/2", Options: map[string]string{"resolver": "192.0.2.53", "ipv4": "true"}}
	run(t, path, mine, []string{"a"}, -1)
	for want, other := range map[string]Begin{
		"it is of share 1/2, not 2/2":            {Shard: "2/2", Options: mine.Options},
		"it is of share 1/2, not 1/1":            {Options: mine.Options},
		"it was made with --ipv4 true":           {Shard: "1/2", Options: map[string]string{"resolver": "192.0.2.53"}},
		"it was made with --resolver 192.0.2.53": {Shard: "1/2", Options: map[string]string{"resolver": "192.0.2.54", "ipv4": "true"}},
		"it was made without --require-name":     {Shard: "1/2", Options: map[string]string{"resolver": "192.0.2.53", "ipv4": "true", "require-name": "true"}},
	} {
		if _, err := Open(path, other); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%v, not %q", err, want)
		}
	}
	for text, want := range map[string]string{
		"hosts":                                "it does not begin as a file of --resume or --shard does",
		resultLine("a", check.Pass):            "it does not begin as a file of --resume or --shard does",
		`{"record":"my one-line JSON"}`:        "it does not begin as a file of --resume or --shard does",
		`{"record":"begin","schema":2,`:        "it does not begin as a file of --resume or --shard does",
		"{":                                    "it does not begin as a file of --resume or --shard does",
		"\n":                                   "it does not begin as a file of --resume or --shard does",
		string(Begin{}.Line()) + "x\n":         "line 2 is not a result",
		string(Begin{}.Line()) + "{\"a\":1}\n": "line 2 is not a result",
		string(Begin{Options: map[string]string{"x": "\x1b"}}.Line()): `it was made with --x \027`,
	} {
		path := filepath.Join(t.TempDir(), "other")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path, Begin{}); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%q: %v, not %q", text, err, want)
		}
		if left, _ := os.ReadFile(path); string(left) != text {
			t.Errorf("a file that is refused was changed: %q", left)
		}
	}
	j, err := Open(path, mine)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, mine); err == nil || !strings.Contains(err.Error(), "another run is writing this file") {
		t.Errorf("two runs write one file: %v", err)
	}
	j.Close()
	if j, err = Open(path, mine); err != nil {
		t.Fatal(err)
	}
	j.Close()
	if _, err := Open(filepath.Join(t.TempDir(), "no", "where"), mine); err == nil {
		t.Error("a file in a directory that is not there")
	}
}

// TestJournalBegun: a run that is killed while it writes its first line leaves nothing that
// has to be kept, whenever that was.
func TestJournalBegun(t *testing.T) {
	begin := Begin{Shard: "1/2", Options: map[string]string{"ipv4": "true"}, Time: time.Unix(1, 0), Version: "1"}
	whole := begin.Line()
	begin.Time = time.Unix(1<<30, 5)
	for n := range len(whole) {
		path := filepath.Join(t.TempDir(), "journal")
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := Open(path, begin)
		if n > 0 && n < len(`{"record":"begin",`) {
			if err == nil {
				t.Errorf("%q may be anybody's", whole[:n])
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		j.Close()
		if text, _ := os.ReadFile(path); string(text) != string(begin.Line()) {
			t.Errorf("%q became %q", whole[:n], text)
		}
	}
	path := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(path, whole[:len(whole)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Begin{Shard: "2/2", Options: begin.Options}); err == nil {
		t.Error("the first line of another run was taken")
	}
}

// TestJournalInterrupted: a target whose check was interrupted is not done, nor is what
// comes after it.
func TestJournalInterrupted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	r := check.Unfinished(check.Target{Input: "b", Host: "b"})
	b, _ := json.Marshal(r)
	text := string(Begin{}.Line()) + resultLine("a", check.Pass) + string(b) + "\n" + resultLine("c", check.Error)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if skipped := run(t, path, Begin{}, []string{"a", "b", "c"}, -1); skipped != 1 {
		t.Errorf("%d are skipped", skipped)
	}
	if got := targetsIn(t, path); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("%q", got)
	}
}

// TestJournalCounts: what the exit status depends on is that of all results in the file.
func TestJournalCounts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	invalid := check.Invalid("x y", `list:1: it has "quotes" and \ and "severity":"warning"`)
	b, _ := json.Marshal(invalid)
	partial := check.Unjudged("p")
	partial.Severity = check.Error
	partial.Findings = []check.Finding{
		check.NewFinding(check.TargetCutShort, netip.Addr{}, "t"), check.NewFinding(check.SSHClosed, netip.Addr{}, "t"),
	}
	p, _ := json.Marshal(partial)
	text := string(Begin{}.Line()) + resultLine("a", check.Pass) + string(b) + "\n" + string(p) + "\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	j, err := Open(path, Begin{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	slices.Sort(j.Severities)
	if j.Invalid != 1 || j.Done != 3 || !slices.Equal(j.Severities, []check.Severity{check.Pass, check.Unknown, check.Error}) ||
		j.By[check.Error] != 2 || j.By[check.Pass] != 1 {
		t.Errorf("%+v", j)
	}
	for _, target := range []string{"a", "x y", "p"} {
		if !j.Has(target) {
			t.Errorf("%s is not there", target)
		}
	}
}

// TestLongLine: a line that no result can have ends the reading, in bounded memory.
func TestLongLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	long := strings.Repeat("x", limits.ResultLine+1<<20)
	if err := os.WriteFile(path, []byte(string(Begin{}.Line())+long+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, Begin{}); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Error(err)
	}
}
