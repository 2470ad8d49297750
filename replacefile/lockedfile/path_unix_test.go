//go:build linux || darwin || freebsd || netbsd || openbsd

package lockedfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"rdnsproxy/replacefile/internal/filetest"
	"rdnsproxy/replacefile/lockedfile"
)

// The way may lead over links of any kind, as long as they are trusted.
func TestPath(t *testing.T) {
	top := filetest.RealDir(t)
	deep := filepath.Join(top, "a", "deep")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(deep, "hosts")
	filetest.Write(t, want, "old")
	filetest.Symlink(t, "a/./deep/", filepath.Join(top, "relative"))
	filetest.Symlink(t, deep, filepath.Join(top, "absolute"))
	filetest.Symlink(t, "../../relative/hosts", filepath.Join(deep, "file"))
	filetest.Symlink(t, "loop", filepath.Join(top, "loop"))
	t.Chdir(filepath.Join(top, "a"))
	for _, path := range []string{
		want, top + "/relative/hosts", top + "/absolute/../deep//hosts", top + "/absolute/file",
		"deep/file", "./../relative/./hosts",
	} {
		t.Run(path, func(t *testing.T) {
			if h := opened(t, path, lockedfile.Options{}); h.Path != want {
				t.Errorf("%q", h.Path)
			}
		})
	}
	for path, want := range map[string]error{
		top + "/loop": syscall.ELOOP, top + "/loop/x": syscall.ELOOP, want + "/x": syscall.ENOTDIR,
		"/": lockedfile.ErrNotRegular, deep + "/..": lockedfile.ErrNotRegular, "": lockedfile.ErrNotRegular,
		"hosts/../deep/hosts": fs.ErrNotExist,
	} {
		t.Run(path, func(t *testing.T) {
			if _, err := lockedfile.Open(path, lockedfile.Options{}); !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
		})
	}
}

// A link that others could have laid leads nobody to a file that they may not
// write themselves, wherever on the way it is.
func TestOpenRefusesLinks(t *testing.T) {
	safe, open := filetest.Dir(t), filetest.RealDir(t)
	path := filepath.Join(safe, "hosts")
	filetest.Write(t, path, "old")
	filetest.Symlink(t, path, filepath.Join(open, "hosts"))
	filetest.Symlink(t, safe, filepath.Join(open, "directory"))
	filetest.Symlink(t, filepath.Join(open, "hosts"), filepath.Join(safe, "link"))
	for mode, trusted := range map[fs.FileMode]bool{0o755: true, 0o777 | fs.ModeSticky: false, 0o775: false} {
		if err := os.Chmod(open, mode); err != nil {
			t.Fatal(err)
		}
		for _, p := range []string{filepath.Join(open, "hosts"), filepath.Join(open, "directory", "hosts"),
			filepath.Join(safe, "link")} {
			refusesLink(t, p, trusted, open)
		}
		refusesLink(t, path, true, "") // the directory is not on the way
	}
	if os.Getuid() != 0 {
		return // whoever runs this cannot give a link away
	}
	os.Chmod(open, 0o755)
	link := filepath.Join(open, "hosts")
	if err := os.Lchown(link, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	refusesLink(t, link, false, link)
	if err := errors.Join(os.Chown(path, 65534, 65534), os.Chown(safe, 65534, 65534)); err != nil {
		t.Fatal(err)
	}
	refusesLink(t, link, true, "") // to the same user's file
}

func refusesLink(t *testing.T, path string, trusted bool, names string) {
	t.Helper()
	h, err := lockedfile.Open(path, lockedfile.Options{})
	switch {
	case err == nil:
		h.Close()
	case !errors.Is(err, lockedfile.ErrUnsafeDirectory) || !strings.Contains(err.Error(), names):
		t.Errorf("%s: %v", path, err)
	}
	if trusted != (err == nil) {
		t.Errorf("%s: %v", path, err)
	}
}

// Who exchanges a directory on the way for a link, again and again, leads nobody
// to where the link leads.
func TestPathExchanged(t *testing.T) {
	open, secret := filetest.Dir(t), filetest.Dir(t)
	here, away, link := filepath.Join(open, "here"), filepath.Join(open, "away"), filepath.Join(open, "link")
	if err := errors.Join(os.MkdirAll(filepath.Join(here, "sub"), 0o755), os.Mkdir(filepath.Join(secret, "sub"), 0o755),
		os.Chmod(open, 0o777)); err != nil {
		t.Fatal(err)
	}
	filetest.Write(t, filepath.Join(here, "sub", "hosts"), "theirs")
	filetest.Write(t, filepath.Join(secret, "sub", "hosts"), "secret")
	filetest.Symlink(t, secret, link)
	done := make(chan struct{})
	var exchange sync.WaitGroup
	exchange.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			os.Rename(here, away)
			os.Rename(link, here)
			os.Rename(here, link)
			os.Rename(away, here)
		}
	})
	for range 2000 {
		h, err := lockedfile.Open(filepath.Join(here, "sub", "hosts"), lockedfile.Options{})
		if err != nil {
			continue
		}
		if string(h.Content) != "theirs" {
			t.Errorf("%q was held", h.Content)
		}
		h.Close()
	}
	close(done)
	exchange.Wait()
}
