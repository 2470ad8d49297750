package hostsfile_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"rdnsproxy/hostsfile"
	"rdnsproxy/replacefile/lockedfile"
)

// file makes a hosts file in a directory that others may not write.
func file(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "hosts")
	put(t, path, text)
	return path
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func open(t *testing.T, path string) *hostsfile.File {
	t.Helper()
	f, err := hostsfile.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The article's remedy: a line comes, and goes again without a trace.
func TestWrite(t *testing.T) {
	for _, text := range []string{"127.0.0.1 localhost\n", "127.0.0.1 localhost", "", "\ufeff::1\tx\r\n#\x00"} {
		path := file(t, text)
		e := add(t, open(t, path), "my.example.com")
		want := string(e.Bytes())
		w, err := e.Write(hostsfile.WriteOptions{})
		if err != nil || filepath.Base(w.Path) != "hosts" || w.Backup != "" ||
			w.InPlace != (runtime.GOOS == "windows") || read(t, path) != want {
			t.Fatalf("%+v, %v, %q", w, err, read(t, path))
		}
		if _, err := removePins(t, open(t, path)).Write(hostsfile.WriteOptions{}); err != nil || read(t, path) != text {
			t.Errorf("%q came back as %q, %v", text, read(t, path), err)
		}
		if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
			t.Errorf("%v is left, %v", entries, err)
		}
	}
}

func TestWriteBackup(t *testing.T) {
	path := file(t, "old\n")
	now := time.Date(2026, 11, 22, 14, 30, 5, 0, time.UTC)
	w, err := add(t, open(t, path), "my.example.com").Write(hostsfile.WriteOptions{Backup: true, Now: now})
	if err != nil || filepath.Base(w.Backup) != "hosts.2026-11-22T143005Z.bak" || read(t, w.Backup) != "old\n" {
		t.Errorf("%+v, %v", w, err)
	}
}

func TestWriteNothing(t *testing.T) {
	f := parse(t, "x")
	f.Path = filepath.Join(t.TempDir(), "none")
	if _, err := f.Edit().Write(hostsfile.WriteOptions{Backup: true}); err != nil {
		t.Error(err)
	}
	_, err := add(t, f, "a").Write(hostsfile.WriteOptions{})
	if !errors.Is(err, fs.ErrNotExist) || strings.Count(err.Error(), f.Path) != 1 {
		t.Errorf("a file that is not there: %v", err)
	}
}

// A change that another process makes between parsing and writing is not lost.
func TestWriteChanged(t *testing.T) {
	path := file(t, "old\n")
	e := add(t, open(t, path), "my.example.com")
	put(t, path, "old\n# and more\n")
	_, err := e.Write(hostsfile.WriteOptions{Backup: true})
	if !errors.Is(err, hostsfile.ErrChanged) || read(t, path) != "old\n# and more\n" {
		t.Errorf("%q, %v", read(t, path), err)
	}
	if want := "hosts file " + path + ": changed since it was read; nothing was written"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
}

// Of two edits of the same file one is made; the other is told.
func TestWriteTwice(t *testing.T) {
	path := file(t, "old\n")
	var edits []*hostsfile.Edit
	for range 2 {
		edits = append(edits, add(t, open(t, path), "my.example.com"))
	}
	errs := make([]error, len(edits))
	var both sync.WaitGroup
	for i, e := range edits {
		both.Go(func() { _, errs[i] = e.Write(hostsfile.WriteOptions{Wait: time.Minute}) })
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), hostsfile.ErrChanged) ||
		read(t, path) != "old\n"+pin+"\n" {
		t.Errorf("%v, %q", errs, read(t, path))
	}
}

// journalled leaves what a process leaves that is killed while it writes in
// place, from the form that the journal's first line states.
func journalled(t *testing.T, path, before, after, torn string) string {
	t.Helper()
	put(t, path, torn)
	journal := filepath.Join(filepath.Dir(path), ".hosts.rdnsproxy-journal")
	put(t, journal, fmt.Sprintf("rdnsproxy journal 1: %d bytes before, %d after, %x\n%s%s",
		len(before), len(after), sha256.Sum256([]byte(before+after)), before, after))
	return journal
}

func TestRecover(t *testing.T) {
	path := file(t, "")
	if repaired, err := hostsfile.Recover(path, hostsfile.WriteOptions{}); repaired || err != nil {
		t.Errorf("nothing to do: %t, %v", repaired, err)
	}
	journal := journalled(t, path, "old\nold\n", "new\n", "new\nold\n")
	e := add(t, open(t, path), "my.example.com") // to a mixture
	if got := hostsfile.Interrupted(path, hostsfile.WriteOptions{}); got != journal {
		t.Errorf("Interrupted: %q", got)
	}
	if repaired, err := hostsfile.Recover(path, hostsfile.WriteOptions{}); !repaired || err != nil ||
		read(t, path) != "old\nold\n" {
		t.Errorf("%t, %v, %q", repaired, err, read(t, path))
	}
	if got := hostsfile.Interrupted(path, hostsfile.WriteOptions{}); got != "" {
		t.Errorf("Interrupted: %q", got)
	}
	if _, err := e.Write(hostsfile.WriteOptions{}); !errors.Is(err, hostsfile.ErrChanged) {
		t.Errorf("an edit of the mixture: %v", err)
	}
	for _, whole := range []string{"old\n", "new\n"} { // it was killed before its first byte or after its last
		journalled(t, path, "old\n", "new\n", whole)
		if repaired, err := hostsfile.Recover(path, hostsfile.WriteOptions{}); repaired || err != nil ||
			read(t, path) != whole {
			t.Errorf("%t, %v, %q", repaired, err, read(t, path))
		}
	}
	journalled(t, path, "old\n", "new\n", "else\n")
	if _, err := hostsfile.Recover(path, hostsfile.WriteOptions{}); !errors.Is(err, hostsfile.ErrUnfinished) ||
		read(t, path) != "else\n" {
		t.Errorf("%v, %q", err, read(t, path))
	}
}

// A write that is under way is waited for and not undone.
func TestRecoverUnderWay(t *testing.T) {
	path := file(t, "")
	journal := journalled(t, path, "old\nold\n", "new\n", "new\nold\n")
	writer, err := lockedfile.Open(path, lockedfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	journalled(t, path, "old\nold\n", "new\n", "new\nold\n")
	repaired, err := hostsfile.Recover(path, hostsfile.WriteOptions{Wait: time.Millisecond})
	if repaired || !errors.Is(err, hostsfile.ErrLocked) || read(t, path) != "new\nold\n" {
		t.Errorf("%t, %v, %q", repaired, err, read(t, path))
	}
	put(t, path, "new\n")
	if err := os.Remove(journal); err != nil { // as the writer does at its end
		t.Fatal(err)
	}
	writer.Close()
	if repaired, err := hostsfile.Recover(path, hostsfile.WriteOptions{}); repaired || err != nil ||
		read(t, path) != "new\n" {
		t.Errorf("%t, %v, %q", repaired, err, read(t, path))
	}
}

// Writable does not do what Recover is asked for.
func TestWritable(t *testing.T) {
	path := file(t, "")
	journalled(t, path, "old\nold\n", "new\n", "new\nold\n")
	if err := hostsfile.Writable(path, hostsfile.WriteOptions{}); err != nil || read(t, path) != "new\nold\n" {
		t.Errorf("%q, %v", read(t, path), err)
	}
	none := filepath.Join(filepath.Dir(path), "none")
	if err := hostsfile.Writable(none, hostsfile.WriteOptions{}); !errors.Is(err, fs.ErrNotExist) ||
		strings.Count(err.Error(), none) != 1 {
		t.Error(err)
	}
}

func TestRecoverTooLong(t *testing.T) {
	path := file(t, "")
	if err := os.Truncate(path, 100<<20); err != nil {
		t.Fatal(err)
	}
	if _, err := hostsfile.Recover(path, hostsfile.WriteOptions{}); !errors.Is(err, hostsfile.ErrTooLong) {
		t.Error(err)
	}
}
