package console

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// parentPID is the process that started this one; it may have ended since. ssh runs
// its helper by "exec", so it is ssh itself and no shell stands between.
var parentPID = sync.OnceValue(os.Getppid)

// parent is a path in the parent's folder under /proc.
func parent(name string) string {
	return filepath.Join("/proc", strconv.Itoa(parentPID()), name)
}

// errOrphaned says that the parent has ended: its number may be another's now.
var errOrphaned = errors.New("the parent has ended")

// ParentIsSSH reports whether the parent is verifiably ssh: by the program that
// it runs, not by the name that it gives itself.
var ParentIsSSH = sync.OnceValue(func() bool { return isSSH(parent("exe")) })

func isSSH(link string) bool {
	exe, err := os.Readlink(link)
	return err == nil && filepath.Base(strings.TrimSuffix(exe, " (deleted)")) == "ssh"
}

// LoginWaits reports whether a login waits for this process: ssh has started it, in
// Match exec for one, itself or by a shell that stays.
func LoginWaits() bool {
	if ParentIsSSH() {
		return true
	}
	status, _ := os.ReadFile(parent("status"))
	for line := range strings.Lines(string(status)) {
		if pid, ok := strings.CutPrefix(line, "PPid:\t"); ok {
			return isSSH(filepath.Join("/proc", strings.TrimSpace(pid), "exe"))
		}
	}
	return false
}

// ParentArgs are the arguments that the parent ssh was started with; nil if the
// parent is another program, or they cannot be read.
func ParentArgs() []string {
	if !ParentIsSSH() {
		return nil
	}
	b, err := os.ReadFile(parent("cmdline"))
	if err != nil || len(b) == 0 {
		return nil
	}
	words := strings.Split(string(bytes.TrimSuffix(b, []byte{0})), "\x00")
	return words[1:]
}

// openParentStderr gives the parent's stderr: the very descriptor where the kernel
// hands it over (pidfd_getfd(2)), for in a plain file that shares the place to
// write at; else what it is open on, opened anew. /dev/tty stands for it only
// where /proc has nothing. With ControlPersist the ssh that started the helper ends
// before it.
func openParentStderr() (*os.File, error) {
	f, err := parentDescriptor(2)
	if err != nil {
		f, err = os.OpenFile(parent("fd/2"), os.O_WRONLY|os.O_APPEND|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	}
	switch {
	case os.Getppid() != parentPID():
		if err == nil {
			f.Close()
		}
		return nil, errOrphaned
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return os.OpenFile("/dev/tty", os.O_WRONLY|syscall.O_NOCTTY, 0)
	}
	return f, err
}

// parentDescriptor duplicates a descriptor of the parent's.
func parentDescriptor(n int) (*os.File, error) {
	pidfd, err := unix.PidfdOpen(parentPID(), 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(pidfd)
	fd, err := unix.PidfdGetfd(pidfd, n, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "parent's stderr"), nil
}
