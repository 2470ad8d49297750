package lockedfile_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"rdnsproxy/replacefile"
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
		t.Errorf("without a folder for the journal: %v", err)
	}
	if err := lockedfile.Writable(path, lockedfile.Options{}); !errors.Is(err, lockedfile.ErrNoJournal) {
		t.Errorf("without a folder for the journal: %v", err)
	}

	o := lockedfile.Options{State: state}
	if err := lockedfile.Writable(path, o); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(state); err == nil {
		t.Error("Writable has made a folder")
	}
	h := opened(t, path, o)
	if backup, err := h.Backup(day); err != nil || filepath.Dir(backup) != state || filetest.Content(t, backup) != "old" {
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
		if err := use(path, o); !errors.Is(err, lockedfile.ErrUnsafeDirectory) || !strings.Contains(err.Error(), state) {
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

// A folder on the way need not be readable; the last one must be.
func TestOpenThroughUnreadableFolder(t *testing.T) {
	top := filetest.Dir(t)
	below := filepath.Join(top, "below")
	if err := errors.Join(os.Mkdir(below, 0o755), os.Chmod(top, 0o711)); err != nil {
		t.Fatal(err)
	}
	filetest.Write(t, filepath.Join(below, "hosts"), "old")
	opened(t, filepath.Join(below, "hosts"), lockedfile.Options{})
}

// accessList is a POSIX access list with an entry for one more user, as the
// kernel stores it (linux/posix_acl_xattr.h).
func accessList() []byte {
	b := binary.LittleEndian.AppendUint32(nil, 2)
	for _, e := range []struct {
		tag, perm uint16
		id        uint32
	}{{0x01, 6, ^uint32(0)}, {0x02, 4, 0}, {0x04, 4, ^uint32(0)}, {0x10, 4, ^uint32(0)}, {0x20, 4, ^uint32(0)}} {
		b = binary.LittleEndian.AppendUint16(b, e.tag)
		b = binary.LittleEndian.AppendUint16(b, e.perm)
		b = binary.LittleEndian.AppendUint32(b, e.id)
	}
	return b
}

func TestKeepsAttributes(t *testing.T) {
	dir := filetest.Dir(t)
	path := filepath.Join(dir, "hosts")
	filetest.Write(t, path, "old")
	want := map[string][]byte{
		"user.note": []byte("kept\x00whole"), "user.empty": {},
		"system.posix_acl_access": accessList(),
	}
	if os.Getuid() == 0 {
		want["security.selinux"] = []byte("system_u:object_r:net_conf_t:s0\x00")
		want["trusted.note"] = []byte("x")
		if err := os.Chown(path, 1234, 5678); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range want {
		if err := unix.Setxattr(path, name, value, 0); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	// A default list of the folder's, which new files get and this one has not.
	other := filepath.Join(dir, "other")
	filetest.Write(t, other, "old")
	if err := unix.Setxattr(dir, "system.posix_acl_default", accessList(), 0); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, other} {
		before, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		h := opened(t, p, lockedfile.Options{})
		if inPlace, err := h.Replace([]byte("new")); inPlace || err != nil {
			t.Fatal(inPlace, err)
		}
		after, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		is, was := after.Sys().(*syscall.Stat_t), before.Sys().(*syscall.Stat_t)
		if is.Ino == was.Ino || is.Uid != was.Uid || is.Gid != was.Gid || is.Mode != was.Mode {
			t.Errorf("%+v was %+v", is, was)
		}
	}
	for name, value := range want {
		got := make([]byte, 100)
		n, err := unix.Getxattr(path, name, got)
		if err != nil || !bytes.Equal(got[:max(n, 0)], value) {
			t.Errorf("%s: %q, %v", name, got[:max(n, 0)], err)
		}
	}
	if _, err := unix.Getxattr(other, "system.posix_acl_access", nil); !errors.Is(err, unix.ENODATA) {
		t.Errorf("the folder's list got in: %v", err)
	}
}

// asNobody runs the test again as a user who may do nothing in particular, and
// says whether this is that process.
func asNobody(t *testing.T, path string) bool {
	t.Helper()
	if os.Getenv("LOCKEDFILE_TEST_NOBODY") != "" || os.Getuid() != 0 {
		return true
	}
	cmd := exec.Command("/proc/self/fd/3", "-test.run=^"+t.Name()+"$")
	exe, err := os.Open(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer exe.Close()
	cmd.ExtraFiles = []*os.File{exe} // the binary's folder may be closed to others
	cmd.Env = append(os.Environ(), "LOCKEDFILE_TEST_NOBODY="+path)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
	return false
}

// What a user cannot write is refused for what it is: the file is another's, or
// an attribute is root's to give.
func TestOpenAsNobody(t *testing.T) {
	if os.Getuid() != 0 && os.Getenv("LOCKEDFILE_TEST_NOBODY") == "" {
		return // whoever runs this cannot become somebody else
	}
	var dir string
	if dir = os.Getenv("LOCKEDFILE_TEST_NOBODY"); dir == "" {
		var err error
		if dir, err = os.MkdirTemp("/tmp", "lockedfile-"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		mine, roots := filepath.Join(dir, "mine"), filepath.Join(dir, "roots")
		filetest.Write(t, mine, "old")
		filetest.Write(t, roots, "old")
		os.Chmod(roots, 0o666)
		os.Chmod(dir, 0o755)
		if err := errors.Join(os.Chown(dir, 65534, 65534), os.Chown(mine, 65534, 0)); err != nil {
			t.Fatal(err)
		}
	}
	if !asNobody(t, dir) {
		return
	}
	if _, err := lockedfile.Open(filepath.Join(dir, "roots"), lockedfile.Options{}); !errors.Is(err, lockedfile.ErrNotOwned) {
		t.Errorf("root's file: %v", err)
	}
	h := opened(t, filepath.Join(dir, "mine"), lockedfile.Options{})
	if _, err := h.Replace([]byte("new")); !errors.Is(err, lockedfile.ErrNotKept) || !strings.Contains(err.Error(), "group 0") {
		t.Errorf("a group that is not the user's: %v", err)
	}
	h.Close()
	if filetest.Content(t, h.Path) != "old" {
		t.Error("it was written")
	}
	filetest.Only(t, dir, "mine", "roots")
}

// What fails after the new content stands is told as what it is.
func TestReplaceNotSynced(t *testing.T) {
	dir := nobodysFolder(t)
	if !asNobody(t, dir) {
		return
	}
	path := filepath.Join(dir, "hosts")
	filetest.Write(t, path, "old")
	h := opened(t, path, lockedfile.Options{})
	defer os.Chmod(dir, 0o755)
	if err := os.Chmod(dir, 0o300); err != nil {
		t.Fatal(err)
	}
	if inPlace, err := h.Replace([]byte("new")); inPlace || !errors.Is(err, lockedfile.ErrWritten) || filetest.Content(t, path) != "new" {
		t.Errorf("%q, %t, %v", filetest.Content(t, path), inPlace, err)
	}
	if err := replacefile.Write(path, 0, filetest.Text("newer")); !errors.Is(err, fs.ErrPermission) || filetest.Content(t, path) != "new" {
		t.Errorf("%q, %v", filetest.Content(t, path), err)
	}
	h.Close()
	other := filepath.Join(dir, "other")
	filetest.Write(t, other, "old")
	if err := os.Link(other, filepath.Join(dir, "name")); err != nil {
		t.Fatal(err)
	}
	os.Chmod(dir, 0o700)
	h = opened(t, other, lockedfile.Options{})
	os.Chmod(dir, 0o300)
	if _, err := h.Replace([]byte("new")); err == nil || errors.Is(err, lockedfile.ErrWritten) || filetest.Content(t, other) != "old" {
		t.Errorf("%q, %v", filetest.Content(t, other), err)
	}
	h.Close()
	os.Chmod(dir, 0o700)
	filetest.Only(t, dir, "hosts", "name", "other")
}

// nobodysFolder is one that asNobody may use.
func nobodysFolder(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("LOCKEDFILE_TEST_NOBODY"); dir != "" {
		return dir
	}
	dir, err := os.MkdirTemp("/tmp", "lockedfile-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if os.Getuid() == 0 {
		err = os.Chown(dir, 65534, 65534)
	}
	if err = errors.Join(err, os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A folder that keeps what is made in it gets nothing made in it.
func TestAppendOnlyFolder(t *testing.T) {
	dir, state := filetest.Dir(t), filepath.Join(t.TempDir(), "state")
	path := filepath.Join(dir, "hosts")
	filetest.Write(t, path, "old")
	if err := setFlags(dir, unix.STATX_ATTR_APPEND); err != nil {
		t.Logf("cannot make one here: %v", err)
		return
	}
	defer setFlags(dir, 0)
	if _, err := lockedfile.Open(path, lockedfile.Options{}); !errors.Is(err, lockedfile.ErrNoJournal) {
		t.Errorf("without a folder for the journal: %v", err)
	}
	h := opened(t, path, lockedfile.Options{State: state})
	if inPlace, err := h.Replace([]byte("new")); !inPlace || err != nil || filetest.Content(t, path) != "new" {
		t.Errorf("%q, %t, %v", filetest.Content(t, path), inPlace, err)
	}
	h.Close()
	filetest.Only(t, dir, "hosts")
	filetest.Only(t, state)
}

// setFlags sets a file's inode flags, whose values statx has as well.
func setFlags(path string, flags int) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, flags)
}
