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

// A directory on the way need not be readable; the last one must be.
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
	// A default list of the directory's, which new files get and this one has not.
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
		t.Errorf("the directory's list got in: %v", err)
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
	cmd.ExtraFiles = []*os.File{exe} // the binary's directory may be closed to others
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
	if _, err := lockedfile.Open(filepath.Join(dir, "roots"), lockedfile.Options{}); !errors.Is(err,
		lockedfile.ErrNotOwned) {
		t.Errorf("root's file: %v", err)
	}
	h := opened(t, filepath.Join(dir, "mine"), lockedfile.Options{})
	if _, err := h.Replace([]byte("new")); !errors.Is(err, lockedfile.ErrNotKept) || !strings.Contains(err.Error(),
		"group 0") {
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
	if inPlace, err := h.Replace([]byte("new")); inPlace || !errors.Is(err, lockedfile.ErrWritten) ||
		filetest.Content(t, path) != "new" {
		t.Errorf("%q, %t, %v", filetest.Content(t, path), inPlace, err)
	}
	if err := replacefile.Write(path, 0, filetest.Text("newer")); !errors.Is(err, fs.ErrPermission) ||
		filetest.Content(t, path) != "new" {
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
	if _, err := h.Replace([]byte("new")); err == nil || errors.Is(err, lockedfile.ErrWritten) ||
		filetest.Content(t, other) != "old" {
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

// A directory that keeps what is made in it gets nothing made in it.
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
		t.Errorf("without a directory for the journal: %v", err)
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
