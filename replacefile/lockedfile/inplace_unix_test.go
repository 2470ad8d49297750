//go:build unix

package lockedfile_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rdnsproxy/replacefile/internal/filetest"
	"rdnsproxy/replacefile/lockedfile"
)

// linked makes a file that can only be written in place.
func linked(t *testing.T, text string) (dir, path string) {
	t.Helper()
	dir = filetest.Dir(t)
	path = filepath.Join(dir, "hosts")
	filetest.Write(t, path, text)
	if err := os.Link(path, filepath.Join(t.TempDir(), "other")); err != nil {
		t.Fatal(err)
	}
	return dir, path
}

// An in-place write that stops anywhere is undone, or was done.
func TestOpenRepairs(t *testing.T) {
	for _, c := range [][2]string{
		{"1.2.3.4 a\n", "1.2.3.4 a\n5.6.7.8 b\n"},
		{"1.2.3.4 a\n5.6.7.8 b\n", "5.6.7.8 b\n"},
		{"", "new\n"}, {"old\n", ""}, {strings.Repeat("a", 9000), strings.Repeat("b", 5000)},
	} {
		old, new := c[0], c[1]
		dir, path := linked(t, old)
		journal := lockedfile.WriteJournal(t, path, old, new)
		saved := filetest.Content(t, journal)
		padded := new + strings.Repeat("\n", max(0, len(old)-len(new)))
		for cut := 0; cut <= len(padded); cut += 1 + len(padded)/50 {
			torn := padded[:cut] + old[min(cut, len(old)):]
			filetest.Write(t, path, torn)
			filetest.Write(t, journal, saved)
			if got := lockedfile.Interrupted(path, lockedfile.Options{}); got != journal {
				t.Errorf("Interrupted: %q", got)
			}
			h := opened(t, path, lockedfile.Options{})
			want, repaired := old, true
			if torn == old || torn == new {
				want, repaired = torn, false
			}
			if filetest.Content(t, path) != want || string(h.Content) != want || h.Repaired != repaired {
				t.Errorf("%q → %q, cut at %d: %q, repaired %t", old, new, cut, filetest.Content(t, path), h.Repaired)
			}
			h.Close()
			filetest.Only(t, dir, "hosts")
		}
	}
}

// What somebody has changed since is left to a person.
func TestOpenUnfinished(t *testing.T) {
	_, path := linked(t, "1.2.3.4 a\n")
	journal := lockedfile.WriteJournal(t, path, "1.2.3.4 a\n", "1.2.3.4 a\n5.6.7.8 b\n")
	saved := filetest.Content(t, journal)
	for file, journalled := range map[string]string{
		"1.2.3.4 c\n":                       saved,
		"":                                  saved,
		"1.2.3.4 a\n5.6.7.8 b\n9.9.9.9 c\n": saved,
		"1.2.3.4 a\n":                       saved[:len(saved)-1],
		"1.2.3.4 a\n5":                      "",
		"1.2.3.4 a\n5.6":                    strings.Replace(saved, "1.2.3.4", "1.2.3.5", 1),
		"1.2.3.4 a\n5.6.7":                  strings.Replace(saved, "10 bytes", "-1 bytes", 1),
		"1.2.3.4 a\n5.6.7.":                 strings.Replace(saved, "10 bytes", "99999999999999999999 bytes", 1),
	} {
		filetest.Write(t, path, file)
		filetest.Write(t, journal, journalled)
		_, err := lockedfile.Open(path, lockedfile.Options{})
		if !errors.Is(err, lockedfile.ErrUnfinished) || !strings.Contains(err.Error(), journal) {
			t.Errorf("%q, %q: %v", file, journalled, err)
		}
		if filetest.Content(t, path) != file || filetest.Content(t, journal) != journalled {
			t.Errorf("%q was touched", file)
		}
	}
}

// A link where the journal would be is not followed.
func TestJournalLink(t *testing.T) {
	dir, path := linked(t, "old\n")
	journal := lockedfile.WriteJournal(t, path, "old\n", "new\n")
	elsewhere := filepath.Join(t.TempDir(), "journal")
	if err := os.Rename(journal, elsewhere); err != nil {
		t.Fatal(err)
	}
	filetest.Symlink(t, elsewhere, journal)
	filetest.Write(t, path, "o\n")
	if _, err := lockedfile.Open(path, lockedfile.Options{}); err == nil || filetest.Content(t, path) != "o\n" {
		t.Errorf("%q in %s, %v", filetest.Content(t, path), dir, err)
	}
}

// FuzzJournal: whatever stands in a journal, the file stays what it is unless it
// is a mixture of what the journal holds, and then it becomes the old content.
func FuzzJournal(f *testing.F) {
	journal := func(old, new string) []byte {
		return fmt.Appendf(nil, "rdnsproxy journal 1: %d bytes before, %d after, %x\n%s%s",
			len(old), len(new), sha256.Sum256([]byte(old+new)), old, new)
	}
	for _, c := range [][3]string{{"old\n", "new\n", "new\n"}, {"old\nold\n", "new\n", "new\nold\n"},
		{"", "new\n", "ne"}, {"a", "b", "c"}} {
		f.Add(journal(c[0], c[1]), []byte(c[2]))
	}
	f.Add([]byte("rdnsproxy journal 1: -1 bytes before, 1 after, \n"), []byte(""))
	f.Add([]byte("rdnsproxy journal 1: 9223372036854775807 bytes before, 9223372036854775807 after, 00\n"), []byte("x"))
	f.Fuzz(func(t *testing.T, journal, file []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, "hosts")
		filetest.Write(t, path, string(file))
		filetest.Write(t, filepath.Join(dir, ".hosts.rdnsproxy-journal"), string(journal))
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		h, err := lockedfile.Open(path, lockedfile.Options{Limit: 1 << 20})
		is := filetest.Content(t, path)
		if err != nil {
			if is != string(file) {
				t.Fatalf("%v, and %q became %q", err, file, is)
			}
			return
		}
		h.Close()
		if is != string(file) && !(h.Repaired && bytes.Contains(journal, []byte(is))) {
			t.Fatalf("%q became %q by %q", file, is, journal)
		}
		filetest.Only(t, dir, "hosts")
	})
}
