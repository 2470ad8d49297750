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

// parentPID is the process that started this one; it may have ended since. ssh makes
// the shell exec its ProxyCommand, so the parent is ssh itself, not a shell.
var parentPID = sync.OnceValue(os.Getppid)

// parentProc returns the path of an entry in the parent's /proc directory.
func parentProc(name string) string {
	return filepath.Join("/proc", strconv.Itoa(parentPID()), name)
}

// errOrphaned: the parent has exited, so its pid may belong to another process.
var errOrphaned = errors.New("the parent has ended")

// ParentIsSSH reports whether the parent process is ssh, judged by its executable,
// since a process can choose its own name.
var ParentIsSSH = sync.OnceValue(func() bool { return isSSH(parentProc("exe")) })

func isSSH(link string) bool {
	exe, err := os.Readlink(link)
	return err == nil && filepath.Base(strings.TrimSuffix(exe, " (deleted)")) == "ssh"
}

// LoginWaits reports whether ssh started this process, directly or through a shell
// that did not exec, as Match exec does: then a login is waiting for it.
func LoginWaits() bool {
	if ParentIsSSH() {
		return true
	}
	status, _ := os.ReadFile(parentProc("status"))
	for line := range strings.Lines(string(status)) {
		if pid, ok := strings.CutPrefix(line, "PPid:\t"); ok {
			return isSSH(filepath.Join("/proc", strings.TrimSpace(pid), "exe"))
		}
	}
	return false
}

// ParentArgs returns the arguments of the parent ssh, without the program name; nil
// if the parent is another program or its arguments cannot be read.
func ParentArgs() []string {
	if !ParentIsSSH() {
		return nil
	}
	b, err := os.ReadFile(parentProc("cmdline"))
	if err != nil || len(b) == 0 {
		return nil
	}
	words := strings.Split(string(bytes.TrimSuffix(b, []byte{0})), "\x00")
	return words[1:]
}

// openParentStderr opens the parent's stderr. A duplicate of the parent's descriptor
// (pidfd_getfd(2)) is best, because it shares the file offset if stderr is a regular
// file; if the kernel refuses, the file is reopened through /proc, and only if that
// is unavailable is /dev/tty used. With ControlPersist the ssh that started this
// process exits before it does.
func openParentStderr() (*os.File, error) {
	f, err := parentDescriptor(2)
	if err != nil {
		f, err = os.OpenFile(parentProc("fd/2"), os.O_WRONLY|os.O_APPEND|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
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

// parentDescriptor duplicates descriptor n of the parent.
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
