//go:build unix

package accepted_test

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rdnsproxy/internal/accepted"
	"rdnsproxy/replacefile"
)

// writeFor makes this binary a process that accepts until it is killed.
const writeFor = "ACCEPTED_TEST_WRITE_FOR"

func TestMain(m *testing.M) {
	if path := os.Getenv(writeFor); path != "" {
		for i := range 100_000 {
			verdict := []string{"missing", "mismatch"}[i%2]
			if err := accepted.Remember(path, mapping("victim", "10.0.0.9", verdict, manyNames(200)...)); err != nil {
				os.Stderr.WriteString(err.Error())
				os.Exit(1)
			}
			os.Stdout.WriteString(".")
		}
		return
	}
	os.Exit(m.Run())
}

// Killed at any moment, a writer leaves the old file or the new one, no lock,
// and nothing beside it once another has written.
func TestKilledWriter(t *testing.T) {
	path := holding(t, documented)
	for range 20 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), writeFor+"="+path)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 1)); err != nil { // it is at work
			t.Error(err)
		}
		time.Sleep(rand.N(5 * time.Millisecond))
		cmd.Process.Kill()
		cmd.Wait()
		f := open(t, path)
		if !strings.HasPrefix(f.Text(), documented) || len(f.All()) != 3 || f.Ignored() != nil {
			t.Fatalf("torn: %q", f.Text())
		}
	}
	remember(t, path, mapping("after", "10.0.0.1", "missing"))
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the file: %v, %v", entries, err)
	}
}

func TestPermissions(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	path := place(t)
	remember(t, path, mapping("a", "10.0.0.1", "missing"))
	for p, want := range map[string]fs.FileMode{
		path: 0o600, filepath.Dir(path): fs.ModeDir | 0o700, filepath.Dir(filepath.Dir(path)): fs.ModeDir | 0o700,
	} {
		if info, err := os.Stat(p); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", p, info.Mode(), err)
		}
	}
}

// What others may have written is neither read nor replaced.
func TestOthersWrite(t *testing.T) {
	path := holding(t, documented)
	chmod := func(p string, perm fs.FileMode) {
		t.Helper()
		if err := os.Chmod(p, perm); err != nil {
			t.Fatal(err)
		}
	}
	refused := func(want error) {
		t.Helper()
		refuses(t, path, want)
	}
	for _, perm := range []fs.FileMode{0o620, 0o602, 0o666} {
		chmod(path, perm)
		refused(accepted.ErrOthersWrite)
	}
	chmod(path, 0o644)
	if n := len(open(t, path).All()); n != 2 {
		t.Errorf("%d mappings where others may read", n)
	}
	for _, perm := range []fs.FileMode{0o720, 0o702, 0o777} {
		chmod(filepath.Dir(path), perm)
		refused(accepted.ErrUnsafeDirectory)
	}
}

// refuses checks that no use of a file is possible.
func refuses(t *testing.T, path string, want error) {
	t.Helper()
	if _, err := accepted.Open(path); !errors.Is(err, want) {
		t.Errorf("read: %v", err)
	}
	if err := accepted.Remember(path, mapping("a", "10.0.0.1", "missing")); !errors.Is(err, want) {
		t.Errorf("written: %v", err)
	}
	if _, err := accepted.Forget(path, "my.example.com"); !errors.Is(err, want) {
		t.Errorf("forgotten: %v", err)
	}
}

// What is no regular file is not opened, followed or waited for, be it the file
// or its lock.
func TestSuspectFiles(t *testing.T) {
	path := holding(t, documented)
	elsewhere := filepath.Join(filepath.Dir(path), "elsewhere")
	if err := os.Rename(path, elsewhere); err != nil {
		t.Fatal(err)
	}
	for name, lay := range map[string]func(at string) error{
		"link":          func(at string) error { return os.Symlink("elsewhere", at) },
		"dangling link": func(at string) error { return os.Symlink("nowhere", at) },
		"fifo":          func(at string) error { return syscall.Mkfifo(at, 0o600) },
		"folder":        func(at string) error { return os.Mkdir(at, 0o700) },
	} {
		t.Run(name, func(t *testing.T) {
			if err := lay(path); err != nil {
				t.Fatal(err)
			}
			refuses(t, path, replacefile.ErrNotRegular)
			os.Remove(path)
			os.Remove(path + ".lock")
			if err := lay(path + ".lock"); err != nil {
				t.Fatal(err)
			}
			if err := accepted.Remember(path, mapping("a", "10.0.0.1", "missing")); !errors.Is(err, replacefile.ErrNotRegular) {
				t.Errorf("locked: %v", err)
			}
			os.Remove(path + ".lock")
		})
	}
	if b, err := os.ReadFile(elsewhere); err != nil || string(b) != documented {
		t.Errorf("a link was followed: %q, %v", b, err)
	}
}

// A lock that somebody has removed hinders nobody, also while it is held.
func TestLockRemoved(t *testing.T) {
	path := holding(t, documented)
	lock := locked(t, path)
	if err := os.Remove(path + ".lock"); err != nil {
		t.Fatal(err)
	}
	remember(t, path, mapping("a", "10.0.0.1", "missing")) // by a lock of its own
	lock.Release()
	remember(t, path, mapping("b", "10.0.0.1", "missing"))
	if n := len(open(t, path).All()); n != 4 {
		t.Errorf("%d mappings", n)
	}
}

// Under sudo the home is often another user's: nothing is read or made there.
func TestForeignHome(t *testing.T) {
	if os.Geteuid() != 0 {
		if _, err := accepted.Open("/etc/passwd"); !errors.Is(err, replacefile.ErrNotOwned) {
			t.Errorf("root's file: %v", err)
		}
		return
	}
	const nobody = 65534
	path := holding(t, documented)
	give := func(p string) {
		t.Helper()
		if err := os.Chown(p, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	give(filepath.Dir(path))
	refuses(t, path, accepted.ErrUnsafeDirectory)
	give(path)
	if _, err := accepted.Open(path); !errors.Is(err, replacefile.ErrNotOwned) {
		t.Errorf("another user's file: %v", err)
	}
	deeper := filepath.Join(filepath.Dir(path), "a", "b", "accepted")
	if err := accepted.Remember(deeper, mapping("a", "10.0.0.1", "missing")); !errors.Is(err, accepted.ErrUnsafeDirectory) {
		t.Errorf("made in another user's home: %v", err)
	}
	if _, err := os.Lstat(filepath.Dir(filepath.Dir(deeper))); err == nil {
		t.Error("a folder was made in another user's home")
	}
}
