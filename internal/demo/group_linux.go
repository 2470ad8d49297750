package demo

import (
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// group is the id of a process group, of ssh and the relay that it started. The relay
// outlives an ssh that is killed.
type group int

// begin starts cmd in a process group of its own, which is killed when cmd's context
// ends.
func (s *stage) begin(cmd *exec.Cmd) error {
	signal.Ignore(syscall.SIGTTOU)                      // let the group write to a terminal with "stty tostop"
	unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) // become the parent of what ssh leaves behind
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	err := cmd.Start()
	if err == nil {
		s.groups = append(s.groups, group(cmd.Process.Pid))
	}
	return err
}

// await waits until all groups have ended, for at most two seconds, so that nothing
// writes into the directory any more.
func (s *stage) await() {
	deadline := time.Now().Add(2 * time.Second)
	for _, g := range s.groups {
		for time.Now().Before(deadline) {
			pid, err := syscall.Wait4(-int(g), nil, syscall.WNOHANG, nil)
			if err == syscall.ECHILD {
				break
			}
			if pid == 0 {
				time.Sleep(time.Millisecond)
			}
		}
	}
}
