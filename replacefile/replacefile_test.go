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
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// only checks that a folder holds these names and nothing that was left behind.
func only(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("the folder holds %q, want %q", got, names)
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	for _, want := range []string{"new", "replaced", ""} {
		if err := replacefile.Write(path, 0o640, text(want)); err != nil {
			t.Fatal(err)
		}
		if got := content(t, path); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if err := (replacefile.Options{Volatile: true}).Replace(path, text("cached")); err != nil || content(t, path) != "cached" {
		t.Errorf("%q, %v", content(t, path), err)
	}
	only(t, dir, "f")
}

// A bare name is in the working folder.
func TestWriteHere(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := replacefile.Write("f", 0, text("x")); err != nil || content(t, "f") != "x" {
		t.Error(err)
	}
}

// Whatever fails, the old file stays and nothing is left beside it.
func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	if err := replacefile.Write(path, 0, text("old")); err != nil {
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
	if got := content(t, path); got != "old" {
		t.Errorf("%q", got)
	}
	only(t, dir, "f")
	if err := replacefile.Write(filepath.Join(dir, "none", "f"), 0, text("x")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a folder: %v", err)
	}
	if err := replacefile.Write(dir, 0, text("x")); !errors.Is(err, replacefile.ErrNotRegular) {
		t.Errorf("a folder: %v", err)
	}
}

// Readers see one whole content or another, whoever writes.
func TestWriteIsAtomic(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	contents := []string{strings.Repeat("a", 10000), strings.Repeat("b", 20000), ""}
	if err := replacefile.Write(path, 0, text("")); err != nil {
		t.Fatal(err)
	}
	var writers sync.WaitGroup
	for _, c := range contents {
		writers.Go(func() {
			for range 50 {
				if err := (replacefile.Options{Volatile: true}).Replace(path, text(c)); err != nil {
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
		got := content(t, path)
		if got != contents[0] && got != contents[1] && got != contents[2] {
			t.Fatalf("a part: %d bytes", len(got))
		}
	}
	only(t, dir, "f")
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
		"", ".", "hosts", ".hosts", ".new-", ".new-X", "x.new-X", ".x.new-", ".hosts.new-2024-plan", ".x.new-ABCDEFGHIJKLMNOPQRSTUVWXY",
		".x.new-ABCDEFGHIJKLMNOPQRSTUVWXY1", ".x.new-ABCDEFGHIJKLM-OPQRSTUVWXYZ", ".new-ABCDEFGHIJKLMNOPQRSTUVWXYZ", "x.new-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	} {
		if target, ok := replacefile.TempOf(name); ok {
			t.Errorf("%q is of %q", name, target)
		}
	}
}
