//go:build bench

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// reaperVar makes a process of this program the reaper of a tree of others.
const reaperVar = "RDNSPROXY_BENCH_REAPER"

// runTree runs a command and everything that comes of it, and tells how long the
// command itself took, and the CPU time of all of them.
//
// ssh does not wait for its ProxyCommand, which would be lost to the sum, and
// might still run when the next round begins. So a reaper stands between, which
// inherits what loses its parent and ends only when all have ended. The tree is
// a process group of its own: its end is asked for by that.
func runTree(ctx context.Context, env []string, argv ...string) (c cost, err error) {
	told, tell, err := os.Pipe()
	if err != nil {
		return c, err
	}
	defer told.Close()
	cmd := exec.CommandContext(ctx, "/proc/self/exe", argv...)
	cmd.Env = append(env, reaperVar+"=1")
	cmd.Stderr = &limited{}
	cmd.ExtraFiles = []*os.File{tell}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	err = cmd.Start()
	tell.Close()
	if err != nil {
		return c, err
	}
	var took int64
	_, scanErr := fmt.Fscan(told, &took)
	if err := cmd.Wait(); err != nil {
		return c, fmt.Errorf("%q: %w: %s", argv, err, cmd.Stderr)
	}
	c.wall = time.Duration(took)
	c.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return c, scanErr
}

// becomeReaper does the reaper's work if this process is one.
func becomeReaper() bool {
	if os.Getenv(reaperVar) == "" {
		return false
	}
	os.Unsetenv(reaperVar)
	status, err := reap(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "reaper:", err)
		status = 127
	}
	os.Exit(status)
	return true
}

// reap runs a command, tells on descriptor 3 how many nanoseconds it took, and
// waits for whatever it has left behind.
func reap(argv []string) (status int, err error) {
	syscall.CloseOnExec(3)
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return 0, fmt.Errorf("cannot inherit orphans: %w", err)
	}
	path, err := exec.LookPath(argv[0])
	if err != nil {
		return 0, err
	}
	start := time.Now()
	child, err := os.StartProcess(path, argv, &os.ProcAttr{Files: []*os.File{os.Stdin, os.Stdout, os.Stderr}})
	if err != nil {
		return 0, err
	}
	for {
		var ws unix.WaitStatus
		pid, err := unix.Wait4(-1, &ws, 0, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.ECHILD):
			return status, nil
		case err != nil:
			return 0, err
		case pid == child.Pid:
			fmt.Fprintln(os.NewFile(3, "report"), int64(time.Since(start)))
			if status = ws.ExitStatus(); ws.Signaled() {
				status = 128 + int(ws.Signal())
			}
		}
	}
}

// inOwnGroup lets a command and what it starts be ended together, and by nobody
// else: a ^C at the terminal is this program's to answer.
func inOwnGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// childrenOf lists the processes that a process has started and that run.
func childrenOf(pid int) ([]int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil, err
	}
	var pids []int
	for rest := string(text); ; {
		var child, n int
		if _, err := fmt.Sscanf(rest, "%d%n", &child, &n); err != nil {
			return pids, nil
		}
		pids = append(pids, child)
		rest = rest[n:]
	}
}
