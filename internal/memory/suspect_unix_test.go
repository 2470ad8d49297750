//go:build unix

package memory_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rdnsproxy/internal/memory"
)

func TestPermissions(t *testing.T) {
	m, _ := remembering(t)
	if err := m.Remember(addr, memory.Failure{Status: memory.Invalid}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]fs.FileMode{m.Dir: fs.ModeDir | 0o700, filepath.Join(m.Dir, onlyFile(t, m.Dir)): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

// A folder where others can write is as good as none.
func TestSharedFolder(t *testing.T) {
	m, _ := remembering(t)
	if err := m.Remember(addr, memory.Failure{Status: memory.Timeout}); err != nil {
		t.Fatal(err)
	}
	for _, perm := range []fs.FileMode{0o720, 0o702, 0o777} {
		if err := os.Chmod(m.Dir, perm); err != nil {
			t.Fatal(err)
		}
		if _, ok := m.Recall(addr); ok {
			t.Errorf("recalled from a folder with %v", perm)
		}
		if err := m.Remember(other, memory.Failure{Status: memory.Timeout}); !errors.Is(err, memory.ErrUnsafeFolder) {
			t.Errorf("%v: %v", perm, err)
		}
		m.Forget(addr)
	}
	if err := os.Chmod(m.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, ok := m.Recall(addr); !ok {
		t.Error("a folder that others may read, or a Forget in an unsafe one")
	}
}

// What is no regular file is not opened, followed or waited for.
func TestSuspectFiles(t *testing.T) {
	m, _ := remembering(t)
	if err := m.Remember(addr, memory.Failure{Status: memory.Timeout}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(m.Dir, onlyFile(t, m.Dir))
	elsewhere := filepath.Join(m.Dir, "elsewhere")
	if err := os.Rename(path, elsewhere); err != nil {
		t.Fatal(err)
	}
	for name, lay := range map[string]func() error{
		"link":   func() error { return os.Symlink("elsewhere", path) },
		"fifo":   func() error { return syscall.Mkfifo(path, 0o600) },
		"folder": func() error { return os.Mkdir(path, 0o700) },
		"huge":   func() error { return os.WriteFile(path, []byte(strings.Repeat("1 ", 1<<20)), 0o600) },
	} {
		if err := lay(); err != nil {
			t.Fatal(err)
		}
		if _, ok := m.Recall(addr); ok {
			t.Errorf("%s: recalled", name)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOwnHome(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "f")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for home, want := range map[string]bool{dir: true, file: false, "": false, filepath.Join(dir, "none"): false} {
		if got := memory.OwnHome(home); got != want {
			t.Errorf("%q: %t", home, got)
		}
	}
	if os.Geteuid() != 0 {
		if memory.OwnHome("/") {
			t.Error("root's folder is the user's")
		}
		return
	}
	if err := os.Chown(dir, 65534, 65534); err != nil { // as under sudo: the process is root's, HOME another's
		t.Fatal(err)
	}
	if memory.OwnHome(dir) {
		t.Error("another user's folder is root's")
	}
	m := memory.Memory{Dir: dir}
	if err := m.Remember(addr, memory.Failure{Status: memory.Timeout}); !errors.Is(err, memory.ErrUnsafeFolder) {
		t.Errorf("remembered in another user's folder: %v", err)
	}
}
