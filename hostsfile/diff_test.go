package hostsfile_test

import (
	"strings"
	"testing"
)

func TestDiff(t *testing.T) {
	const head = "--- /etc/hosts\n+++ /etc/hosts\n"
	for _, tt := range []struct{ before, diff string }{
		{"", head + "@@ -0,0 +1,1 @@\n+" + pin + "\n"},
		{"1\n2\n3\n", head + "@@ -1,3 +1,4 @@\n 1\n 2\n 3\n+" + pin + "\n"},
		{"1\n\t2\x1b[2J\r\n3", head + "@@ -1,3 +1,4 @@\n 1\n \t2\\027[2J\n-3\n\\ No newline at end of file\n" +
			"+3\n+" + pin + noNewline("3") + "\n"},
	} {
		e := add(t, parse(t, tt.before), "my.example.com")
		if got := e.Diff(); got != tt.diff {
			t.Errorf("%q:\n%s\nwant\n%s", tt.before, got, tt.diff)
		}
	}
}

func TestDiffHunks(t *testing.T) {
	f := parse(t, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10.0.0.1 a b\n11\n")
	e := f.Edit()
	if e.Diff() != "" || !e.Empty() {
		t.Error("an empty edit has a diff")
	}
	e.Remove(2)
	e.Drop(10, "a")
	want := "--- /etc/hosts\n+++ /etc/hosts\n" +
		"@@ -1,5 +1,4 @@\n 1\n-2\n 3\n 4\n 5\n" +
		"@@ -7,5 +6,5 @@\n 7\n 8\n 9\n-10.0.0.1 a b\n+10.0.0.1 b\n 11\n"
	if got := e.Diff(); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	e.Remove(6) // its surroundings touch those of both others
	if got := e.Diff(); strings.Count(got, "@@ -") != 1 || !strings.Contains(got, "@@ -1,11 +1,9 @@") {
		t.Error(got)
	}
}

// A line that stays is cut, one that changes is shown whole.
func TestDiffWidth(t *testing.T) {
	long := "#" + strings.Repeat("x", 1000)
	f := parse(t, long+"\n"+long+"y\n")
	e := f.Edit()
	e.Remove(2)
	got := e.Diff()
	if got := add(t, parse(t, strings.Repeat("\x1b\u00e9", 1<<20)), "a.example").Diff(); len(got) > 1000 ||
		strings.Count(got, "...\n") != 2 {
		t.Errorf("a line that only gets an end: %d bytes, %.1000s", len(got), got)
	}
	if !strings.Contains(got, "-"+long+"y\n") || !strings.Contains(got, "x...\n") || len(got) > 1400 {
		t.Error(got)
	}
}

// A carriage return is shown where it is not how the lines of the file end.
func TestDiffCR(t *testing.T) {
	for text, want := range map[string]string{
		"1\r\n2\r\n3\r\n": " 1\n 2\n 3\n+" + pin + "\n",
		"1\n2\r\n3\n":     " 1\n 2\\013\n 3\n+" + pin + "\n",
		"1\n2\n3\r": " 1\n 2\n-3\\013\n\\ No newline at end of file\n+3\\013\n+" + pin + noNewline("3\r") +
			"\n",
		"1\r\n2\n3\r\n4\r\n": " 2\n 3\n 4\n+" + pin + "\n",
	} {
		t.Run(text, func(t *testing.T) {
			if got := add(t, parse(t, text), "my.example.com").Diff(); !strings.HasSuffix(got, " @@\n"+want) {
				t.Errorf("%s\nwant\n%s", got, want)
			}
		})
	}
}
