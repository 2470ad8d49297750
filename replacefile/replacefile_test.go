package replacefile_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"rdnsproxy/replacefile"
	"rdnsproxy/replacefile/internal/filetest"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	for _, want := range []string{"new", "replaced", ""} {
		if err := replacefile.Write(path, 0o640, filetest.Text(want)); err != nil {
			t.Fatal(err)
		}
		if got := filetest.Content(t, path); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if err := (replacefile.Options{Volatile: true}).Replace(path, filetest.Text("cached")); err != nil ||
		filetest.Content(t, path) != "cached" {
		t.Errorf("%q, %v", filetest.Content(t, path), err)
	}
	filetest.Only(t, dir, "f")
}

// A bare name is in the working directory.
func TestWriteHere(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := replacefile.Write("f", 0, filetest.Text("x")); err != nil || filetest.Content(t, "f") != "x" {
		t.Error(err)
	}
}

// Whatever fails, the old file stays and nothing is left beside it.
func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	if err := replacefile.Write(path, 0, filetest.Text("old")); err != nil {
		t.Fatal(err)
	}
	no := errors.New("no")
	err := replacefile.Write(path, 0, func(w io.Writer) error {
		io.WriteString(w, "half")
		return no
	})
	if !errors.Is(err, no) {
		t.Errorf("%v", err)
	}
	func() {
		defer func() { recover() }()
		replacefile.Write(path, 0, func(io.Writer) error { panic("no") })
	}()
	if got := filetest.Content(t, path); got != "old" {
		t.Errorf("%q", got)
	}
	filetest.Only(t, dir, "f")
	if err := replacefile.Write(filepath.Join(dir, "none", "f"), 0, filetest.Text("x")); !errors.Is(err,
		fs.ErrNotExist) {
		t.Errorf("without a directory: %v", err)
	}
	if err := replacefile.Write(dir, 0, filetest.Text("x")); !errors.Is(err, replacefile.ErrNotRegular) {
		t.Errorf("a directory: %v", err)
	}
}

// Readers always see one complete content, even with several writers.
func TestWriteIsAtomic(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	contents := []string{strings.Repeat("a", 10000), strings.Repeat("b", 20000), ""}
	if err := replacefile.Write(path, 0, filetest.Text("")); err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	for _, c := range contents {
		writers.Go(func() {
			for range 50 {
				if err := (replacefile.Options{Volatile: true}).Replace(path, filetest.Text(c)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()
	for reading := true; reading; {
		select {
		case <-done:
			reading = false
		default:
		}
		f, err := replacefile.Open(path) // which knows that writers are about
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		got := string(b)
		if got != contents[0] && got != contents[1] && got != contents[2] {
			t.Fatalf("a part: %d bytes", len(got))
		}
	}
	filetest.Only(t, dir, "f")
}

func TestTempOf(t *testing.T) {
	dir := t.TempDir()
	var seen string
	err := replacefile.Write(filepath.Join(dir, "known.new-hosts"), 0, func(io.Writer) error {
		entries, err := os.ReadDir(dir)
		if err == nil && len(entries) == 1 {
			seen = entries[0].Name()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if target, ok := replacefile.TempOf(seen); !ok || target != "known.new-hosts" {
		t.Errorf("%q is of %q, %t", seen, target, ok)
	}
	for _, name := range []string{
		"", ".", "hosts", ".hosts", ".new-", ".new-X", "x.new-X", ".x.new-", ".hosts.new-2024-plan",
		".x.new-ABCDEFGHIJKLMNOPQRSTUVWXY",
		".x.new-ABCDEFGHIJKLMNOPQRSTUVWXY1", ".x.new-ABCDEFGHIJKLM-OPQRSTUVWXYZ", ".new-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
		"x.new-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	} {
		if target, ok := replacefile.TempOf(name); ok {
			t.Errorf("%q is of %q", name, target)
		}
	}
}
