//go:build unix

package lockedfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rdnsproxy/replacefile"
	"rdnsproxy/replacefile/internal/filetest"
	"rdnsproxy/replacefile/lockedfile"
)

func opened(t *testing.T, path string, o lockedfile.Options) *lockedfile.File {
	t.Helper()
	h, err := lockedfile.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

func openOnce(path string, o lockedfile.Options) error {
	h, err := lockedfile.Open(path, o)
	if err == nil {
		h.Close()
	}
	return err
}

func TestReplace(t *testing.T) {
	dir := filetest.Dir(t)
	path := filepath.Join(dir, "hosts")
	filetest.Write(t, path, "old")
	filetest.Symlink(t, "hosts", filepath.Join(dir, "link"))
	for _, name := range []string{"hosts", "link"} {
		h := opened(t, filepath.Join(dir, name), lockedfile.Options{})
		real, _ := filepath.EvalSymlinks(path)
		if h.Path != real || string(h.Content) != filetest.Content(t, path) || h.Repaired {
			t.Errorf("%+v", h)
		}
		inPlace, err := h.Replace([]byte("by " + name))
		if inPlace || err != nil || filetest.Content(t, path) != "by "+name {
			t.Errorf("%q, %t, %v", filetest.Content(t, path), inPlace, err)
		}
		h.Close()
	}
	filetest.Only(t, dir, "hosts", "link")
	if info, err := os.Lstat(filepath.Join(dir, "link")); err != nil || info.Mode().Type() != fs.ModeSymlink {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
}

// A file with several names keeps them.
func TestHardLink(t *testing.T) {
	dir := filetest.Dir(t)
	one, two := filepath.Join(dir, "one"), filepath.Join(dir, "two")
	for _, contents := range [][2]string{{"old", "newer"}, {"longer", "x"}, {"x", ""}, {"", "y"}} {
		os.Remove(one)
		os.Remove(two)
		filetest.Write(t, one, contents[0])
		if err := os.Link(one, two); err != nil {
			t.Fatal(err)
		}
		h := opened(t, one, lockedfile.Options{})
		if inPlace, err := h.Replace([]byte(contents[1])); !inPlace || err != nil ||
			filetest.Content(t, two) != contents[1] {
			t.Errorf("%q, %t, %v", filetest.Content(t, two), inPlace, err)
		}
		h.Close()
		filetest.Only(t, dir, "one", "two")
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := filetest.Dir(t)
	fifo, long, open := filepath.Join(dir, "fifo"), filepath.Join(dir, "long"), filepath.Join(dir, "open")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	filetest.Write(t, long, "12345")
	if err := os.Mkdir(open, 0o700); err != nil {
		t.Fatal(err)
	}
	filetest.Write(t, filepath.Join(open, "hosts"), "")
	filetest.Symlink(t, "nowhere", filepath.Join(dir, "dangling"))
	for path, want := range map[string]error{
		fifo: lockedfile.ErrNotRegular, dir: lockedfile.ErrNotRegular, os.DevNull: lockedfile.ErrNotRegular,
		long: lockedfile.ErrTooLong, filepath.Join(dir, "none"): fs.ErrNotExist,
		filepath.Join(dir, "dangling"): fs.ErrNotExist,
	} {
		if _, err := lockedfile.Open(path, lockedfile.Options{Limit: 4}); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
	for mode, safe := range map[fs.FileMode]bool{
		0o700: true, 0o755: true, 0o775: false, 0o757: false, 0o777 | fs.ModeSticky: false, 0o720: false,
	} {
		if err := os.Chmod(open, mode); err != nil {
			t.Fatal(err)
		}
		h, err := lockedfile.Open(filepath.Join(open, "hosts"), lockedfile.Options{})
		if safe != (err == nil) || !safe && !errors.Is(err, lockedfile.ErrUnsafeDirectory) {
			t.Errorf("%v: %v", mode, err)
		}
		if err == nil {
			h.Close()
		}
	}
}

// The permissions stay, those that the umask or a default would change included.
func TestKeepsPermissions(t *testing.T) {
	path := filepath.Join(filetest.Dir(t), "hosts")
	filetest.Write(t, path, "old")
	old := syscall.Umask(0o077)
	defer syscall.Umask(old)
	for _, mode := range []fs.FileMode{0o644, 0o600, 0o666, 0o755 | fs.ModeSetgid} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		h := opened(t, path, lockedfile.Options{})
		backup, err := h.Backup(time.Unix(0, 0))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Replace([]byte("new")); err != nil {
			t.Fatal(err)
		}
		h.Close()
		for _, p := range []string{path, backup} {
			if info, err := os.Stat(p); err != nil || info.Mode() != mode {
				t.Errorf("%s: %v for %v, %v", p, info.Mode(), mode, err)
			}
		}
	}
}

func TestBackup(t *testing.T) {
	dir := filetest.Dir(t)
	path := filepath.Join(dir, "hosts")
	filetest.Write(t, path, "old")
	h := opened(t, path, lockedfile.Options{})
	at := time.Date(2026, 11, 22, 14, 30, 5, 0, time.UTC)
	for _, want := range []string{"hosts.2026-11-22T143005Z.bak", "hosts.2026-11-22T143005Z-2.bak"} {
		got, err := h.Backup(at)
		if err != nil || filepath.Base(got) != want || filetest.Content(t, got) != "old" {
			t.Errorf("%q, %v", got, err)
		}
	}
	h.Close()
	filetest.Only(t, dir, "hosts", "hosts.2026-11-22T143005Z-2.bak", "hosts.2026-11-22T143005Z.bak")
}

// Whatever changes the file after Hold has read it, is not overwritten.
func TestChanged(t *testing.T) {
	for how, change := range map[string]func(string) error{
		"content":  func(p string) error { return os.WriteFile(p, []byte("OLD"), 0o600) },
		"longer":   func(p string) error { return os.WriteFile(p, []byte("old\n"), 0o600) },
		"replaced": func(p string) error { return replacefile.Write(p, 0, filetest.Text("old")) },
		"removed":  os.Remove,
	} {
		for _, inPlace := range []bool{false, true} {
			dir, path := linked(t, "old")
			if !inPlace {
				dir = filetest.Dir(t)
				path = filepath.Join(dir, "hosts")
				filetest.Write(t, path, "old")
			}
			h := opened(t, path, lockedfile.Options{})
			if err := change(path); err != nil {
				t.Fatal(err)
			}
			was, _ := os.ReadFile(path)
			if got, err := h.Replace([]byte("new")); got != inPlace || !errors.Is(err, lockedfile.ErrChanged) {
				t.Errorf("%s: %t, %v", how, got, err)
			}
			if is, _ := os.ReadFile(path); string(is) != string(was) {
				t.Errorf("%s: %q", how, is)
			}
			h.Close()
			if how == "removed" {
				filetest.Only(t, dir)
			} else {
				filetest.Only(t, dir, "hosts")
			}
		}
	}
}

// A second Hold waits for the first, and then sees what that wrote.
func TestOpenWaits(t *testing.T) {
	path := filepath.Join(filetest.Dir(t), "hosts")
	filetest.Write(t, path, "old")
	first := opened(t, path, lockedfile.Options{})
	if _, err := lockedfile.Open(path, lockedfile.Options{Wait: time.Millisecond}); !errors.Is(err,
		lockedfile.ErrLocked) {
		t.Errorf("%v", err)
	}
	second := make(chan string)
	go func() {
		h, err := lockedfile.Open(path, lockedfile.Options{Wait: time.Minute})
		if err != nil {
			second <- err.Error()
			return
		}
		defer h.Close()
		second <- string(h.Content)
	}()
	if _, err := first.Replace([]byte("new")); err != nil {
		t.Error(err)
	}
	first.Close()
	if got := <-second; got != "new" {
		t.Errorf("the second sees %q", got)
	}
}

// Whoever replaces the file meanwhile is waited for like any other.
func TestOpenWhileReplaced(t *testing.T) {
	path := filepath.Join(filetest.Dir(t), "hosts")
	filetest.Write(t, path, "x")
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for range 100 {
				h, err := lockedfile.Open(path, lockedfile.Options{Wait: time.Minute})
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := h.Replace([]byte("x")); err != nil {
					t.Error(err)
				}
				h.Close()
			}
		})
	}
	writers.Wait()
}

// What a killed process had prepared goes; what only looks like it stays.
func TestOpenSweeps(t *testing.T) {
	dir := filetest.Dir(t)
	const text = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	left := []string{".hosts.new-" + text, "..hosts.rdnsproxy-journal.new-" + text}
	stay := []string{".hosts.new-", ".hosts.new-2024-plan", ".hosts.new-" + text[:25] + "2", ".other.new-" + text,
		"hosts", "hosts.new-" + text}
	for _, name := range append(left, stay...) {
		filetest.Write(t, filepath.Join(dir, name), name)
	}
	if err := os.Chmod(filepath.Join(dir, stay[2]), 0o755); err != nil { // it was never to become this file
		t.Fatal(err)
	}
	opened(t, filepath.Join(dir, "hosts"), lockedfile.Options{}).Close()
	filetest.Only(t, dir, stay...)
}

// Who may only read the file keeps nobody from writing it.
func TestOpenLockedByReader(t *testing.T) {
	path := filepath.Join(filetest.Dir(t), "hosts")
	filetest.Write(t, path, "old")
	reader, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if err := unix.Flock(int(reader.Fd()), unix.LOCK_SH); err != nil {
		t.Fatal(err)
	}
	if err := openOnce(path, lockedfile.Options{Wait: time.Millisecond}); err != nil {
		t.Error(err)
	}
}

// A State that cannot be trusted or made is none, as long as none is needed.
func TestUnneededState(t *testing.T) {
	dir, open := filetest.Dir(t), filetest.Dir(t)
	path := filepath.Join(dir, "hosts")
	filetest.Write(t, path, "old")
	if err := os.Chmod(open, 0o777|fs.ModeSticky); err != nil {
		t.Fatal(err)
	}
	for _, state := range []string{open, filepath.Join(open, "below"), filepath.Join(path, "below"),
		filepath.Join(os.DevNull, "below")} {
		o := lockedfile.Options{State: state}
		if err := lockedfile.Writable(path, o); err != nil {
			t.Errorf("%s: %v", state, err)
		}
		h := opened(t, path, o)
		if _, err := h.Replace([]byte("new")); err != nil {
			t.Errorf("%s: %v", state, err)
		}
		h.Close()
		filetest.Only(t, dir, "hosts")
		filetest.Only(t, open)
	}
}

// Writable only looks: what a killed process left is there for Hold.
func TestWritable(t *testing.T) {
	dir, path := linked(t, "old\n")
	journal := lockedfile.WriteJournal(t, path, "old\n", "new\n")
	const left = ".hosts.new-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	filetest.Write(t, filepath.Join(dir, left), "")
	filetest.Write(t, path, "ned\n")
	if err := lockedfile.Writable(path, lockedfile.Options{}); err != nil || filetest.Content(t, path) != "ned\n" {
		t.Errorf("%q, %v", filetest.Content(t, path), err)
	}
	filetest.Only(t, dir, left, filepath.Base(journal), "hosts")
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := lockedfile.Writable(path, lockedfile.Options{}); !errors.Is(err, lockedfile.ErrUnsafeDirectory) {
		t.Errorf("%v", err)
	}
}
