package replacefile_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"rdnsproxy/replacefile"
	"rdnsproxy/replacefile/internal/filetest"
)

// On a file system without locks (NFS can be one) nothing is held, and nothing left;
// a report is written all the same.
func TestWithoutLocks(t *testing.T) {
	const me = "REPLACEFILE_TEST_NO_LOCKS"
	if os.Getenv(me) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestWithoutLocks$")
		cmd.Env = append(os.Environ(), me+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	if err := failFlock(unix.ENOLCK); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if l, err := replacefile.TakeLock(opened(t, dir), "lock", time.Minute); l != nil || !errors.Is(err, unix.ENOLCK) {
		t.Errorf("%+v, %v", l, err)
	}
	filetest.Only(t, dir)
	path := filepath.Join(dir, "report")
	if err := replacefile.Output(path, filetest.Text("new")); err != nil || filetest.Content(t, path) != "new" {
		t.Errorf("a report: %v", err)
	}
	filetest.Only(t, dir, "report")
}

// failFlock makes flock(2) fail with an error for the rest of this process.
func failFlock(errno syscall.Errno) error {
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}, // the number of the call
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: unix.SYS_FLOCK},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(errno)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	_, _, err := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&program)))
	if err != 0 {
		return err
	}
	return nil
}
