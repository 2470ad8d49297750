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

// reaperVar is the environment variable that makes this program act as a reaper.
const reaperVar = "RDNSPROXY_BENCH_REAPER"

// runTree runs a command with all its descendants and returns how long the command took
// and the CPU time of all of them.
//
// ssh does not wait for its ProxyCommand, whose CPU time would be lost and which might
// still run when the next round begins. So the command runs under a reaper, which
// inherits orphaned processes and exits only after all of them. The tree is a process
// group of its own, so that it can be killed as a whole.
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

// becomeReaper acts as a reaper, and does not return, if this process is to be one.
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

// reap runs a command, writes to descriptor 3 how many nanoseconds it took, and waits
// for the processes that it left behind.
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

// inOwnGroup makes a command and its children a process group, so that they can be
// killed together and ^C at the terminal reaches this program only.
func inOwnGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// childrenOf lists the running child processes of a process.
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

// peakOf returns the most memory that a process had, in bytes.
func peakOf(p *os.ProcessState) int64 { return p.SysUsage().(*syscall.Rusage).Maxrss << 10 }
