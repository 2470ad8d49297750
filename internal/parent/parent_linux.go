// Package parent asks about the process that started this one: is it ssh, what was it
// started with, and where does its user read. ssh gives its ProxyCommand none of that.
package parent

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

// pid is the process that started this one; it may have ended since. ssh makes
// the shell exec its ProxyCommand, so the parent is ssh itself, not a shell.
var pid = sync.OnceValue(os.Getppid)

// proc returns the path of an entry in the parent's /proc directory.
func proc(name string) string {
	return filepath.Join("/proc", strconv.Itoa(pid()), name)
}

// errOrphaned: the parent has exited, so its pid may belong to another process.
var errOrphaned = errors.New("the parent has ended")

// IsSSH reports whether the parent process is ssh, judged by its executable,
// since a process can choose its own name.
var IsSSH = sync.OnceValue(func() bool { return runsSSH(proc("exe")) })

func runsSSH(link string) bool {
	exe, err := os.Readlink(link)
	return err == nil && filepath.Base(strings.TrimSuffix(exe, " (deleted)")) == "ssh"
}

// LoginWaits reports whether ssh started this process, directly or through a shell
// that did not exec, as Match exec does: then a login is waiting for it.
func LoginWaits() bool { return login() != "" }

// login returns the directory in /proc of the ssh that waits; "" if there is none.
func login() string {
	if IsSSH() {
		return proc("")
	}
	status, _ := os.ReadFile(proc("status"))
	for line := range strings.Lines(string(status)) {
		if grandparent, ok := strings.CutPrefix(line, "PPid:\t"); ok {
			if dir := filepath.Join("/proc", strings.TrimSpace(grandparent)); runsSSH(filepath.Join(dir, "exe")) {
				return dir
			}
		}
	}
	return ""
}

// Args returns the arguments of the parent ssh, without the program name; nil
// if the parent is another program or its arguments cannot be read.
func Args() []string {
	if !IsSSH() {
		return nil
	}
	return argsOf(proc(""))
}

// LoginArgs does the same for the ssh of LoginWaits.
func LoginArgs() []string {
	dir := login()
	if dir == "" {
		return nil
	}
	return argsOf(dir)
}

// argsOf returns the arguments of the process with this directory in /proc.
func argsOf(dir string) []string {
	b, err := os.ReadFile(filepath.Join(dir, "cmdline"))
	if err != nil || len(b) == 0 {
		return nil
	}
	words := strings.Split(string(bytes.TrimSuffix(b, []byte{0})), "\x00")
	return words[1:]
}

// OpenStderr opens the parent's stderr. A duplicate of the parent's descriptor
// (pidfd_getfd(2)) is best, because it shares the file offset if stderr is a regular
// file; if the kernel refuses, the file is reopened through /proc, and only if that
// is unavailable is /dev/tty used. With ControlPersist the ssh that started this
// process exits before it does.
func OpenStderr() (*os.File, error) {
	f, err := descriptor(2)
	if err != nil {
		f, err = os.OpenFile(proc("fd/2"), os.O_WRONLY|os.O_APPEND|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	}
	switch {
	case os.Getppid() != pid():
		if err == nil {
			f.Close()
		}
		return nil, errOrphaned
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return os.OpenFile("/dev/tty", os.O_WRONLY|syscall.O_NOCTTY, 0)
	}
	return f, err
}

// descriptor duplicates descriptor n of the parent.
func descriptor(n int) (*os.File, error) {
	pidfd, err := unix.PidfdOpen(pid(), 0)
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
