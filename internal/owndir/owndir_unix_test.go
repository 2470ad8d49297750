//go:build unix

package owndir_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rdnsproxy/internal/owndir"
)

func TestIsOwn(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "f")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{dir: true, file: false, "": false, filepath.Join(dir, "none"): false} {
		if got := owndir.IsOwn(path); got != want {
			t.Errorf("%q: %t", path, got)
		}
	}
	if os.Geteuid() != 0 {
		if owndir.IsOwn("/") {
			t.Error("root's directory is the user's")
		}
		return
	}
	if err := os.Chown(dir, 65534, 65534); err != nil { // as under sudo: the process is root's, HOME another's
		t.Fatal(err)
	}
	if owndir.IsOwn(dir) {
		t.Error("another user's directory is root's")
	}
	if _, err := owndir.Open(dir); !errors.Is(err, owndir.ErrUnsafe) {
		t.Errorf("another user's directory: %v", err)
	}
}

func TestOpen(t *testing.T) {
	path := t.TempDir()
	for perm, safe := range map[fs.FileMode]bool{0o700: true, 0o755: true, 0o720: false, 0o702: false, 0o777: false} {
		t.Run(perm.String(), func(t *testing.T) {
			if err := os.Chmod(path, perm); err != nil {
				t.Fatal(err)
			}
			dir, err := owndir.Open(path)
			if err == nil {
				dir.Close()
			}
			if safe && err != nil || !safe && !errors.Is(err, owndir.ErrUnsafe) {
				t.Error(err)
			}
		})
	}
}

// Nothing but a directory is opened, and a FIFO is not waited for.
func TestOpenOthers(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := errors.Join(os.Symlink(dir, at("link")), os.WriteFile(at("file"), nil, 0o600), syscall.Mkfifo(at("FIFO"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{
		"link": owndir.ErrLink, "file": syscall.ENOTDIR, "FIFO": syscall.ENOTDIR, "none": fs.ErrNotExist,
	} {
		if _, err := owndir.Open(at(name)); !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadFile(t *testing.T) {
	path := t.TempDir()
	dir, err := owndir.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	if err := errors.Join(
		os.WriteFile(filepath.Join(path, "fits"), []byte("1234"), 0o600),
		os.WriteFile(filepath.Join(path, "long"), []byte(strings.Repeat("1", 5)), 0o600),
		os.Symlink("fits", filepath.Join(path, "link")),
		os.Mkdir(filepath.Join(path, "directory"), 0o700),
	); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{
		"fits": nil, "long": owndir.ErrTooLong, "link": owndir.ErrFile, "directory": owndir.ErrFile,
		"none": fs.ErrNotExist,
	} {
		t.Run(name, func(t *testing.T) {
			text, err := owndir.ReadFile(dir, name, 4)
			if !errors.Is(err, want) || err == nil && text != "1234" {
				t.Errorf("%q, %v; want %v", text, err, want)
			}
		})
	}
}
