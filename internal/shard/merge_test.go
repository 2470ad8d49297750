package shard

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rdnsproxy/check"
)

// shareFile writes what a run of a share writes, and returns its path.
func shareFile(t *testing.T, begin Begin, complete bool, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "share")
	text := string(begin.Line()) + strings.Join(lines, "")
	text += string(End{Complete: complete, Targets: len(lines)}.Line())
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// at is the line of a target at a position.
func at(target string, position int) string {
	return string(AppendPosition([]byte(resultLine(target, check.Warning)), position))
}

// plainFile writes lines without a head.
func plainFile(t *testing.T, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// merged returns the targets of a merge, and the error that prevented or ended it.
func merged(t *testing.T, paths ...string) (targets []string, err error) {
	t.Helper()
	m, err := Merge(paths, nil, false)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	for r, err := range m.Results() {
		if err != nil {
			return targets, err
		}
		targets = append(targets, r.Target)
	}
	return targets, nil
}

// TestMerge: the results of all shares come in the order of the whole list, whatever the
// order of the files; those of files without a head come file by file.
func TestMerge(t *testing.T) {
	one := shareFile(t, Begin{Shard: "1/3"}, true, at("b", 2), at("c", 3), at("f", 6))
	two := shareFile(t, Begin{Shard: "2/3"}, true)
	three := shareFile(t, Begin{Shard: "3/3"}, true, at("a", 1), at("d", 4), at("e", 5))
	for _, paths := range [][]string{{one, two, three}, {three, two, one}} {
		if got, err := merged(t, paths...); err != nil || !slices.Equal(got, []string{"a", "b", "c", "d", "e", "f"}) {
			t.Errorf("%q, %v", got, err)
		}
	}
	x := plainFile(t, resultLine("x", check.Pass), resultLine("y", check.Pass))
	z := plainFile(t, resultLine("z", check.Pass))
	empty := plainFile(t)
	if got, err := merged(t, z, empty, x); err != nil || !slices.Equal(got, []string{"z", "x", "y"}) {
		t.Errorf("%q, %v", got, err)
	}
	whole := shareFile(t, Begin{}, true, resultLine("a", check.Pass), resultLine("b", check.Pass))
	if got, err := merged(t, whole); err != nil || !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("%q, %v", got, err)
	}
}

// TestMergeRefuses: what is missing, doubled, not complete or of another run is found
// before anything is reported, as far as that is possible.
func TestMergeRefuses(t *testing.T) {
	dns := map[string]string{"dns-only": "true"}
	one := shareFile(t, Begin{Shard: "1/2", Options: dns}, true, at("a", 1))
	two := shareFile(t, Begin{Shard: "2/2", Options: dns}, true, at("b", 2))
	killed := filepath.Join(t.TempDir(), "killed")
	if err := os.WriteFile(killed, []byte(string(Begin{Shard: "2/2", Options: dns}.Line())+at("b", 2)), 0o600); err != nil {
		t.Fatal(err)
	}
	plain := plainFile(t, resultLine("x", check.Pass))
	counting := func(t *testing.T, targets int, lines ...string) string { // share 2/2, with a wrong end
		return plainFile(t, string(Begin{Shard: "2/2", Options: dns}.Line()), strings.Join(lines, ""),
			string(End{Complete: true, Targets: targets}.Line()))
	}
	link := func(t *testing.T, path string) string {
		other := filepath.Join(t.TempDir(), "link")
		if err := os.Link(path, other); err != nil {
			t.Fatal(err)
		}
		return other
	}
	hostile := shareFile(t, Begin{Shard: "\x1b[31m", Options: dns}, true)
	for _, tt := range []struct {
		want  string
		paths []string
	}{
		{"share 2/2 is missing", []string{one}},
		{"share 1/2 is missing", []string{two}},
		{"2 shares are missing: 1/3, 3/3", []string{shareFile(t, Begin{Shard: "2/3", Options: dns}, true)}},
		{"11 shares are missing: 1/12, 3/12, 4/12, 5/12, 6/12, 7/12, 8/12, 9/12, 10/12, 11/12 and 1 more",
			[]string{shareFile(t, Begin{Shard: "2/12", Options: dns}, true)}},
		{"share 1/2 is in ", []string{one, two, shareFile(t, Begin{Shard: "1/2", Options: dns}, true, at("a", 1))}},
		{one + ": it is given twice", []string{one, two, one}},
		{"it is the same file as " + plain, []string{plain, link(t, plain)}},
		{plain + ": it is given twice", []string{plain, plain}},
		{"there is no result", []string{plainFile(t), plainFile(t)}},
		{"it has 1 results, and its end says 2", []string{one, counting(t, 2, at("b", 2))}},
		{"it has 3 results, and its end says 2", []string{one, counting(t, 2, at("b", 2), at("c", 3), at("c", 3))}},
		{"line 3 is not a result", []string{plainFile(t, resultLine("a", check.Pass), resultLine("b", check.Pass), "no result\n")}},
		{"the run that wrote it has not ended", []string{one, killed}},
		{"the run that wrote it has not ended", []string{one, shareFile(t, Begin{Shard: "2/2", Options: dns}, false)}},
		{"it is share 2/3, ", []string{one, shareFile(t, Begin{Shard: "2/3", Options: dns}, true)}},
		{"it was made without --dns-only", []string{one, shareFile(t, Begin{Shard: "2/2"}, true)}},
		{"it was made with --ipv4 true", []string{shareFile(t, Begin{}, true), shareFile(t, Begin{Options: map[string]string{"ipv4": "true"}}, true)}},
		{"it is no share of a list, ", []string{one, two, plainFile(t, resultLine("x", check.Pass))}},
		{"it is no share of a list, ", []string{one, two, shareFile(t, Begin{Options: dns}, true)}},
		{`its share is "\027[31m"`, []string{hostile}},
		{notThere(t), []string{filepath.Join(t.TempDir(), "missing")}},
	} {
		got, err := merged(t, tt.paths...)
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.ContainsAny(err.Error(), "\n\x1b") || len(got) > 0 {
			t.Errorf("%q, %v, not %q", got, err, tt.want)
		}
	}
	for want, paths := range map[string][]string{
		"line 2 is not a result of check --format jsonl": {plainFile(t, resultLine("a", check.Pass), "no result\n")},
		"line 1 is not a result of check --format jsonl": {plainFile(t, `{"schema":1,"kind":"audit"}`+"\n")},
		"it has 1 results, and its end says 2":           {plainFile(t, string(Begin{}.Line()), resultLine("a", check.Pass), string(End{Complete: true, Targets: 2}.Line()))},
	} {
		if _, err := merged(t, paths...); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%v, not %q", err, want)
		}
	}
}

// TestMergeOfPipes: what cannot be read twice is refused as soon as it turns out to be bad,
// and what was read twice is not read from its middle.
func TestMergeOfPipes(t *testing.T) {
	text := string(Begin{}.Line()) + resultLine("a", check.Pass) + string(End{Complete: true, Targets: 2}.Line())
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out.WriteString(text)
	out.Close()
	m, err := Merge([]string{"-"}, in, false)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	n := 0
	for _, err = range m.Results() {
		n++
	}
	if n != 2 || err == nil || !strings.HasSuffix(err.Error(), "it has 1 results, and its end says 2") {
		t.Errorf("%d, %v", n, err)
	}
	file, err := os.Open(plainFile(t, "what somebody else has read\n", strings.Replace(text, `"targets":2`, `"targets":1`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	file.Seek(int64(len("what somebody else has read\n")), 0)
	if m, err = Merge([]string{"-"}, file, false); err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	for r, err := range m.Results() {
		if err != nil || r.Target != "a" {
			t.Errorf("%+v, %v", r, err)
		}
	}
}

// TestMergePartial: what there is of runs that have not ended is read, and what lacks is
// said; everything else is refused as ever.
func TestMergePartial(t *testing.T) {
	begin := Begin{Shard: "1/3"}
	killed := plainFile(t, string(begin.Line()), at("a", 1), at("b", 2)[:50])
	stopped := shareFile(t, Begin{Shard: "2/3"}, false, at("c", 3))
	m, err := Merge([]string{killed, stopped}, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	var got []string
	for r, err := range m.Results() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.Target)
	}
	lacking := []string{killed + ": the run that wrote it has not ended", stopped + ": the run that wrote it has not ended",
		"share 3/3 is missing", killed + ": its last line is cut"}
	if !slices.Equal(got, []string{"a", "c"}) || !slices.Equal(m.Lacking, lacking) {
		t.Errorf("%q, without %q", got, m.Lacking)
	}
	if m, err := Merge([]string{killed, killed}, nil, true); err == nil {
		m.Close()
		t.Error("a share is there twice")
	}
}

// notThere is what this system says of a file that is not there.
func notThere(t *testing.T) string {
	t.Helper()
	var p *fs.PathError
	if _, err := os.Stat(filepath.Join(t.TempDir(), "nosuch")); !errors.As(err, &p) {
		t.Fatal(err)
	}
	return p.Err.Error()
}

// TestMergeIsSafe: a text that a file has cannot reach a terminal.
func TestMergeIsSafe(t *testing.T) {
	r := strings.Replace(resultLine("a", check.Pass), `"text"`, `"\u001b]0;x\u0007"`, 1)
	m, err := Merge([]string{plainFile(t, r)}, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	for r, err := range m.Results() {
		if err != nil || strings.ContainsAny(r.Findings[0].Text, "\x1b\x07") {
			t.Errorf("%v, %+v", err, r)
		}
	}
}

// TestPosition: a line has its position last, whatever else it has.
func TestPosition(t *testing.T) {
	for _, n := range []int{1, 42, math.MaxInt} {
		line := AppendPosition([]byte(resultLine(`a,"position":7}`, check.Pass)), n)
		if got := positionOf(line); got != n || !strings.HasSuffix(string(line), fmt.Sprintf(`,"position":%d}`+"\n", n)) {
			t.Errorf("%d in %s", got, line)
		}
	}
	if got := positionOf([]byte(resultLine(`,"position":7`, check.Pass))); got != 0 {
		t.Errorf("a position in a name: %d", got)
	}
}

// TestPair: pairs of one name are different targets.
func TestPair(t *testing.T) {
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")
	seen := map[string]bool{}
	for _, addr := range []netip.Addr{{}, a, b} {
		line := []byte(resultLine("a", check.Pass))
		if addr.IsValid() {
			line = AppendPair(line, addr)
		}
		id, ok := identityOf(AppendPosition(line, 3))
		if !ok || id != Identity("a", addr) || pairOf(line) != addr || seen[id] {
			t.Errorf("%s is %q", line, id)
		}
		seen[id] = true
	}
}

// FuzzLines: whatever is in a file, reading it back ends, and never makes a result that
// could not be written again.
func FuzzLines(f *testing.F) {
	f.Add(string(Begin{Shard: "1/1"}.Line()) + at("a", 1) + string(End{Complete: true, Targets: 1}.Line()))
	f.Add(resultLine("a", check.Pass) + resultLine("b", check.Error)[:40])
	f.Add("{\"record\":\"begin\"}\n{\"record\":\"x\"}\n\n\x00")
	f.Fuzz(func(t *testing.T, text string) {
		path := plainFile(t, text)
		m, err := Merge([]string{path}, nil, len(text)%2 == 0)
		if err == nil {
			for r, err := range m.Results() {
				if err == nil && r.Target == "" {
					t.Error("a result without a target")
				}
			}
			m.Close()
		}
		j, err := Open(path, Begin{})
		if err != nil {
			return
		}
		defer j.Close()
		j.Has("a")
		if n := j.Left(); n < 0 {
			t.Errorf("%d are left", n)
		}
	})
}
