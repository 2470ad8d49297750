//go:build unix

package failcache_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rdnsproxy/internal/failcache"
	"rdnsproxy/internal/owndir"
	"rdnsproxy/resolve"
)

func TestPermissions(t *testing.T) {
	m, _ := remembering(t)
	if err := m.Remember(addr, failcache.Failure{Status: resolve.Invalid}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]fs.FileMode{m.Dir: fs.ModeDir | 0o700,
		filepath.Join(m.Dir, onlyFile(t, m.Dir)): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

// A directory that others can write to is not used.
func TestSharedFolder(t *testing.T) {
	m, _ := remembering(t)
	if err := m.Remember(addr, failcache.Failure{Status: resolve.Timeout}); err != nil {
		t.Fatal(err)
	}
	for _, perm := range []fs.FileMode{0o720, 0o702, 0o777} {
		if err := os.Chmod(m.Dir, perm); err != nil {
			t.Fatal(err)
		}
		if _, ok := m.Recall(addr); ok {
			t.Errorf("recalled from a directory with %v", perm)
		}
		if err := m.Remember(other, failcache.Failure{Status: resolve.Timeout}); !errors.Is(err, owndir.ErrUnsafe) {
			t.Errorf("%v: %v", perm, err)
		}
		m.Forget(addr)
	}
	if err := os.Chmod(m.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, ok := m.Recall(addr); !ok {
		t.Error("a directory that others may read, or a Forget in an unsafe one")
	}
}

// A file that is not regular is not opened, followed or waited for.
func TestSuspectFiles(t *testing.T) {
	m, _ := remembering(t)
	if err := m.Remember(addr, failcache.Failure{Status: resolve.Timeout}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(m.Dir, onlyFile(t, m.Dir))
	elsewhere := filepath.Join(m.Dir, "elsewhere")
	if err := os.Rename(path, elsewhere); err != nil {
		t.Fatal(err)
	}
	for name, lay := range map[string]func() error{
		"link":      func() error { return os.Symlink("elsewhere", path) },
		"fifo":      func() error { return syscall.Mkfifo(path, 0o600) },
		"directory": func() error { return os.Mkdir(path, 0o700) },
		"huge":      func() error { return os.WriteFile(path, []byte(strings.Repeat("1 ", 1<<20)), 0o600) },
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

// Under sudo the process is root's, and the cache directory is another user's.
func TestForeignDirectory(t *testing.T) {
	if os.Geteuid() != 0 {
		return // only root can give a directory away
	}
	c := failcache.Cache{Dir: t.TempDir()}
	if err := os.Chown(c.Dir, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	if err := c.Remember(addr, failcache.Failure{Status: resolve.Timeout}); !errors.Is(err, owndir.ErrUnsafe) {
		t.Errorf("remembered in another user's directory: %v", err)
	}
}
