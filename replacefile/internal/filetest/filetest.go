// Package filetest is for tests of file operations: directories, files and links that a
// test makes and looks at.
package filetest

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Dir makes a directory that others may not write to, whatever the umask.
func Dir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// RealDir is Dir with a path that has no symbolic links.
func RealDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(Dir(t))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// Write makes a file of 0600, or gives one new content.
func Write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Symlink makes a symbolic link.
func Symlink(t *testing.T, to, path string) {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
}

// Content reads a file.
func Content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Only fails the test unless a directory holds these names, sorted, and no others.
func Only(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if !slices.Equal(got, names) {
		t.Errorf("the directory holds %q, want %q", got, names)
	}
}

// Text returns a function that writes a text, as the functions of package replacefile
// take it.
func Text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}
