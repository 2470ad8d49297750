//go:build linux

package e2e

import (
	"bufio"
	"io"
	"os/exec"
)

// echoing is a remote command that says that it is ready and echoes its input.
const echoing = "echo ready; cat"

// held is a session that lasts until the test releases it.
type held struct {
	v    *visit
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	errs output
}

// hold starts a session and returns when its remote command says that it is ready.
func (v *visit) hold(args ...string) *held {
	v.t.Helper()
	s := v.begin(args...)
	if line, err := s.out.ReadString('\n'); err != nil || line != "ready\n" {
		v.t.Fatalf("ssh %q: %q, %v, stderr %q", args, line, err, &s.errs)
	}
	return s
}

// begin starts a session without waiting for it.
func (v *visit) begin(args ...string) *held {
	v.t.Helper()
	s := &held{v: v, cmd: v.command(append([]string{"ssh"}, args...)...)}
	var err error
	s.in, err = s.cmd.StdinPipe()
	v.must(err)
	out, err := s.cmd.StdoutPipe()
	v.must(err)
	s.out = bufio.NewReader(out)
	s.cmd.Stderr = &s.errs
	v.must(s.cmd.Start())
	return s
}

// release sends a last line and ends the session from this side.
func (s *held) release(last string) outcome {
	s.v.t.Helper()
	io.WriteString(s.in, last)
	s.in.Close()
	out, err := io.ReadAll(s.out)
	s.v.must(err)
	s.cmd.Wait()
	return outcome{string(out), s.errs.String(), s.cmd.ProcessState.ExitCode()}
}
