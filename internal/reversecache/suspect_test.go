//go:build unix

package reversecache

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

func TestPermissions(t *testing.T) {
	c, _ := cache(t)
	update(t, c, addr, learn)
	file := filepath.Join(c.Dir, c.path(addr))
	for path, want := range map[string]fs.FileMode{
		c.Dir: fs.ModeDir | 0o700, filepath.Dir(file): fs.ModeDir | 0o700, file: 0o600,
	} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

// A directory is not used if others can write to it, or it is elsewhere.
func TestSuspectDirectories(t *testing.T) {
	c, _ := cache(t)
	update(t, c, addr, learn)
	refused := func(what string, want error) { // if nil, any error will do
		t.Helper()
		is := func(err error) bool { return err != nil && (want == nil || errors.Is(err, want)) }
		if r, err := c.Recall(addr); len(r.Answers) > 0 || !is(err) {
			t.Errorf("%s: recalled %v, %v", what, r.Answers, err)
		}
		if err := c.Update(other, learn); !is(err) {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := c.All(); !is(err) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, perm := range []fs.FileMode{0o720, 0o702, 0o777} {
		if err := os.Chmod(c.Dir, perm); err != nil {
			t.Fatal(err)
		}
		refused(perm.String(), owndir.ErrUnsafe)
	}
	if err := os.Chmod(c.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if !knows(t, c, addr.String()) {
		t.Error("a directory that others may read")
	}
	if os.Geteuid() == 0 { // as under sudo: the process is root's, and the directory another user's
		if err := os.Chown(c.Dir, 65534, 65534); err != nil {
			t.Fatal(err)
		}
		refused("another user's", owndir.ErrUnsafe)
		if err := os.Chown(c.Dir, 0, 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Rename(c.Dir, c.Dir+"2"), os.Symlink(c.Dir+"2", c.Dir)); err != nil {
		t.Fatal(err)
	}
	refused("a symbolic link", owndir.ErrLink)
	if err := errors.Join(os.Remove(c.Dir), os.WriteFile(c.Dir, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	refused("a file", nil)
}

// A file is not opened, followed or waited for unless it is a regular one that only this
// user can have written.
func TestSuspectFiles(t *testing.T) {
	c, _ := cache(t)
	update(t, c, addr, learn)
	path := filepath.Join(c.Dir, c.path(addr))
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(filepath.Dir(path), "elsewhere")
	if err := os.Rename(path, elsewhere); err != nil {
		t.Fatal(err)
	}
	write := func(perm fs.FileMode, b []byte) error {
		return errors.Join(os.WriteFile(path, b, 0o600), os.Chmod(path, perm))
	}
	for name, lay := range map[string]func() error{
		"link":           func() error { return os.Symlink("elsewhere", path) },
		"FIFO":           func() error { return syscall.Mkfifo(path, 0o600) },
		"directory":      func() error { return os.Mkdir(path, 0o700) },
		"huge":           func() error { return write(0o600, []byte(strings.Repeat("1 ", 1<<20))) },
		"group-writable": func() error { return write(0o620, good) },
		"world-writable": func() error { return write(0o602, good) },
		"empty":          func() error { return write(0o600, nil) },
	} {
		if err := lay(); err != nil {
			t.Fatal(err)
		}
		if r, err := c.Recall(addr); len(r.Answers) > 0 || err == nil {
			t.Errorf("%s: recalled %v", name, r.Answers)
		} else if !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "invalid argument") {
			t.Errorf("%s: %v", name, err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	folder := filepath.Dir(path)
	if err := errors.Join(os.Rename(folder, folder+"2"), syscall.Mkfifo(folder, 0o600)); err != nil {
		t.Fatal(err)
	}
	if r, err := c.Recall(addr); len(r.Answers) > 0 || err == nil || c.Update(addr, learn) == nil {
		t.Errorf("a FIFO in place of a directory: %v, %v", r.Answers, err)
	}
	if _, err := c.All(); err != nil {
		t.Error(err)
	}
	if err := errors.Join(os.Remove(folder), os.Rename(folder+"2", folder)); err != nil {
		t.Fatal(err)
	}
	if err := write(0o600, good); err != nil || !knows(t, c, addr.String()) {
		t.Errorf("the good one: %v", err)
	}
	moved := filepath.Join(c.Dir, c.path(other))
	if err := errors.Join(os.MkdirAll(filepath.Dir(moved), 0o700), os.Rename(path, moved)); err != nil {
		t.Fatal(err)
	}
	if r, err := c.Recall(other); len(r.Answers) > 0 || err == nil {
		t.Error("another address's record")
	}
}
