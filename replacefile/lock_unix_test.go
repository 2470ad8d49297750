//go:build unix

package replacefile_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"rdnsproxy/replacefile"
	"rdnsproxy/replacefile/internal/filetest"
)

func opened(t *testing.T, path string) *os.Root {
	t.Helper()
	dir, err := os.OpenRoot(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dir.Close() })
	return dir
}

func take(t *testing.T, dir *os.Root, wait time.Duration) *replacefile.Lock {
	t.Helper()
	l, err := replacefile.TakeLock(dir, "lock", wait)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Many who make and remove it never have it at once, and leave nothing.
func TestLockRace(t *testing.T) {
	path := t.TempDir()
	dir := opened(t, path)
	var all sync.WaitGroup
	var inside sync.Mutex
	for range 8 {
		all.Go(func() {
			for range 50 {
				l, err := replacefile.TakeLock(dir, "lock", time.Minute)
				if err != nil {
					t.Error(err)
					return
				}
				if inside.TryLock() {
					os.Lstat(path) // gives others the time to come in
					inside.Unlock()
				} else {
					t.Error("two have it")
				}
				l.Release()
			}
		})
	}
	all.Wait()
	filetest.Only(t, path)
}

func TestLock(t *testing.T) {
	path := t.TempDir()
	dir, file := opened(t, path), filepath.Join(path, "lock")
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	first := take(t, dir, 0)
	if info, err := os.Lstat(file); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if _, err := replacefile.TakeLock(dir, "lock", 0); !errors.Is(err, replacefile.ErrLocked) ||
		err.Error() != "locked by another process" {
		t.Errorf("%v", err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	second := take(t, dir, 0)
	first.Release() // which must leave the second's alone
	if _, err := replacefile.TakeLock(dir, "lock", 0); !errors.Is(err, replacefile.ErrLocked) {
		t.Errorf("%v", err)
	}
	second.Release()
	filetest.Write(t, file, "") // as a killed process leaves it
	take(t, dir, 0).Release()
	filetest.Only(t, path)
	for name, lay := range map[string]func() error{
		"link":      func() error { return os.Symlink("elsewhere", file) },
		"fifo":      func() error { return syscall.Mkfifo(file, 0o600) },
		"directory": func() error { return os.Mkdir(file, 0o700) },
	} {
		if err := lay(); err != nil {
			t.Fatal(err)
		}
		if _, err := replacefile.TakeLock(dir, "lock", 0); !errors.Is(err, replacefile.ErrNotRegular) {
			t.Errorf("%s: %v", name, err)
		}
		os.Remove(file)
	}
	filetest.Only(t, path)
}

// A file that is not a lock is not taken for one, whoever put it there: through a link, a
// file of root's would become the user's.
func TestLockIsNothingElse(t *testing.T) {
	path := t.TempDir()
	dir := opened(t, path)
	other := filepath.Join(path, "other")
	for name, lay := range map[string]func() error{
		"linked":    func() error { return os.Link(other, filepath.Join(path, "linked")) },
		"full":      func() error { return os.WriteFile(filepath.Join(path, "full"), []byte("x"), 0o600) },
		"directory": func() error { return os.Mkdir(filepath.Join(path, "directory"), 0o700) },
	} {
		if err := errors.Join(os.WriteFile(other, nil, 0o600), lay()); err != nil {
			t.Fatal(err)
		}
		if _, err := replacefile.TakeLock(dir, name, 0); !errors.Is(err, replacefile.ErrNotRegular) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
