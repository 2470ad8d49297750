package lockedfile_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"rdnsproxy/replacefile/internal/filetest"
	"rdnsproxy/replacefile/lockedfile"
)

const inOwnMounts = "LOCKEDFILE_TEST_MOUNTS"

// ownMounts runs the test again in a process whose mounts are its own, and says
// whether this is that one.
func ownMounts(t *testing.T) bool {
	t.Helper()
	if os.Getenv(inOwnMounts) == t.Name() {
		if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
			t.Fatal(err)
		}
		return true
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), inOwnMounts+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if uid := os.Getuid(); uid != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: uid, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatalf("in mounts of its own: %v", err)
	}
	return false
}

// bind mounts from at to, as a container's engine does with its hosts file.
func bind(t *testing.T, from, to string, flags uintptr) {
	t.Helper()
	if err := unix.Mount(from, to, "", unix.MS_BIND, ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Unmount(to, unix.MNT_DETACH) })
	if flags != 0 {
		if err := unix.Mount("", to, "", unix.MS_BIND|unix.MS_REMOUNT|flags, ""); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMounted(t *testing.T) {
	if !ownMounts(t) {
		return
	}
	etc, engine := filetest.Dir(t), filetest.Dir(t)
	path, source := filepath.Join(etc, "hosts"), filepath.Join(engine, "source")
	filetest.Write(t, path, "below")
	filetest.Write(t, source, "old\nlines\n")
	bind(t, source, path, 0)
	for _, want := range []string{"old\nlines\nand more\n", "less\n", ""} {
		h := opened(t, path, lockedfile.Options{})
		if inPlace, err := h.Replace([]byte(want)); !inPlace || err != nil || filetest.Content(t, source) != want {
			t.Errorf("%q, %t, %v", filetest.Content(t, source), inPlace, err)
		}
		h.Close()
		filetest.Only(t, etc, "hosts")
	}
}

// A container with a root of its own that is read-only has a hosts file that
// can be written, and nothing beside it.
func TestMountedInReadOnlyFolder(t *testing.T) {
	if !ownMounts(t) {
		return
	}
	etc, engine := filetest.Dir(t), filetest.Dir(t)
	state := filepath.Join(t.TempDir(), "state", "rdnsproxy")
	path, source := filepath.Join(etc, "hosts"), filepath.Join(engine, "source")
	filetest.Write(t, path, "")
	filetest.Write(t, source, "old")
	bind(t, etc, etc, unix.MS_RDONLY)
	bind(t, source, path, 0)

	if _, err := lockedfile.Open(path, lockedfile.Options{}); !errors.Is(err, lockedfile.ErrNoJournal) {
		t.Errorf("without a directory for the journal: %v", err)
	}
	if err := lockedfile.Writable(path, lockedfile.Options{}); !errors.Is(err, lockedfile.ErrNoJournal) {
		t.Errorf("without a directory for the journal: %v", err)
	}

	o := lockedfile.Options{State: state}
	if err := lockedfile.Writable(path, o); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(state); err == nil {
		t.Error("Writable has made a directory")
	}
	h := opened(t, path, o)
	if backup, err := h.Backup(day); err != nil || filepath.Dir(backup) != state ||
		filetest.Content(t, backup) != "old" {
		t.Errorf("%q, %v", backup, err)
	}
	if inPlace, err := h.Replace([]byte("new")); !inPlace || err != nil || filetest.Content(t, path) != "new" {
		t.Errorf("%q, %t, %v", filetest.Content(t, path), inPlace, err)
	}
	h.Close()
	if got := lockedfile.Interrupted(path, o); got != "" {
		t.Errorf("%s is left", got)
	}

	if err := os.Chmod(state, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, use := range []func(string, lockedfile.Options) error{lockedfile.Writable, openOnce} {
		if err := use(path, o); !errors.Is(err, lockedfile.ErrUnsafeDirectory) ||
			!strings.Contains(err.Error(), state) {
			t.Errorf("anybody could have written the journal: %v", err)
		}
	}
}

// Where the disk is full, what was there is there again.
func TestMountedFull(t *testing.T) {
	if !ownMounts(t) {
		return
	}
	etc, engine := filetest.Dir(t), filetest.Dir(t)
	path, source := filepath.Join(etc, "hosts"), filepath.Join(engine, "source")
	if err := unix.Mount("tmpfs", engine, "tmpfs", 0, "size=16k,mode=755"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Unmount(engine, unix.MNT_DETACH) })
	old := strings.Repeat("old\n", 1000)
	filetest.Write(t, path, "")
	filetest.Write(t, source, old)
	bind(t, source, path, 0)
	h := opened(t, path, lockedfile.Options{})
	_, err := h.Replace(bytes.Repeat([]byte("new\n"), 20000))
	if !errors.Is(err, unix.ENOSPC) || filetest.Content(t, path) != old {
		t.Errorf("%d bytes, %v", len(filetest.Content(t, path)), err)
	}
	h.Close()
	filetest.Only(t, etc, "hosts")
}

func TestReadOnlyFileSystem(t *testing.T) {
	if !ownMounts(t) {
		return
	}
	etc := filetest.Dir(t)
	path := filepath.Join(etc, "hosts")
	filetest.Write(t, path, "old")
	bind(t, etc, etc, unix.MS_RDONLY)
	if _, err := lockedfile.Open(path, lockedfile.Options{}); !errors.Is(err, lockedfile.ErrReadOnly) {
		t.Errorf("%v", err)
	}
}
