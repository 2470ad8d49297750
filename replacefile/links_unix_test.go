//go:build unix

package replacefile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"rdnsproxy/replacefile"
	"rdnsproxy/replacefile/internal/filetest"
)

func TestPermissions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	old := syscall.Umask(0o077)
	defer syscall.Umask(old)
	for given, want := range map[fs.FileMode]fs.FileMode{0: 0o600, 0o644: 0o644, 0o400: 0o400} {
		if err := replacefile.Write(path, given, filetest.Text("x")); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode() != want {
			t.Errorf("%v for %v, %v", info.Mode(), given, err)
		}
	}
}

// A link is refused and not replaced.
func TestSymlink(t *testing.T) {
	dir := t.TempDir()
	target, link, dangling := filepath.Join(dir, "target"), filepath.Join(dir, "link"), filepath.Join(dir, "dangling")
	filetest.Write(t, target, "old")
	filetest.Symlink(t, "target", link)
	filetest.Symlink(t, "nowhere", dangling)
	for _, path := range []string{link, dangling} {
		if err := replacefile.Write(path, 0, filetest.Text("new")); !errors.Is(err, replacefile.ErrNotRegular) ||
			filetest.Content(t, target) != "old" {
			t.Errorf("%s: %q, %v", path, filetest.Content(t, target), err)
		}
		if info, err := os.Lstat(path); err != nil || info.Mode().Type() != fs.ModeSymlink {
			t.Errorf("the link is gone: %v, %v", info, err)
		}
	}
	filetest.Only(t, dir, "dangling", "link", "target")
}

func TestOpenAppend(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	for range 2 {
		f, err := replacefile.OpenAppend(path)
		if err != nil {
			t.Fatal(err)
		}
		f.WriteString("line\n")
		f.Close()
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 || filetest.Content(t, path) != "line\nline\n" {
		t.Errorf("%v, %q, %v", info.Mode(), filetest.Content(t, path), err)
	}
}

func TestOpenAppendRefuses(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "target")
	filetest.Write(t, target, "old")
	link, dangling, fifo := filepath.Join(dir, "link"), filepath.Join(dir, "dangling"), filepath.Join(dir, "fifo")
	filetest.Symlink(t, "target", link)
	filetest.Symlink(t, "nowhere", dangling)
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, dangling, fifo, dir, os.DevNull} {
		if _, err := replacefile.OpenAppend(path); !errors.Is(err, replacefile.ErrNotRegular) {
			t.Errorf("%s: %v", path, err)
		}
		if _, err := replacefile.Open(path); !errors.Is(err, replacefile.ErrNotRegular) {
			t.Errorf("reading %s: %v", path, err)
		}
	}
	if _, err := os.Lstat(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a dangling link was followed")
	}
	if filetest.Content(t, target) != "old" {
		t.Error("a link was followed")
	}
	if _, err := replacefile.OpenAppend(filepath.Join(dir, "none", "log")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a directory: %v", err)
	}
}

func TestOwnedByUser(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	filetest.Write(t, path, "")
	mine, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if !replacefile.OwnedByUser(mine) {
		t.Error("a file that was made just now")
	}
	if replacefile.OwnedByUser(foreign{mine}) {
		t.Error("another user's file")
	}
}

// foreign is a file as it would look if it were another user's.
type foreign struct{ fs.FileInfo }

func (f foreign) Sys() any {
	st := *f.FileInfo.Sys().(*syscall.Stat_t)
	st.Uid++
	return &st
}
