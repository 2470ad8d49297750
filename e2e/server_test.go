//go:build linux

package e2e

import (
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// server is a program that runs until the test ends, or until it is ended. It leads a session
// of its own, and what it has started ends with it.
type server struct {
	v    *visit
	cmd  *exec.Cmd
	log  string // the file with what it has written, shown if the test fails
	over sync.Once
}

// serve starts a program. Its streams and the time that a command has for the visit's programs
// are set aside.
func (v *visit) serve(cmd *exec.Cmd) *server {
	v.t.Helper()
	name := filepath.Base(cmd.Args[0])
	s := &server{v: v, log: filepath.Join(v.t.TempDir(), name+".log")}
	out, err := os.Create(s.log)
	v.must(err)
	defer out.Close()
	s.cmd = &exec.Cmd{Path: cmd.Path, Args: cmd.Args, Dir: cmd.Dir, Env: cmd.Env, SysProcAttr: cmd.SysProcAttr, Err: cmd.Err, Stdout: out, Stderr: out}
	if s.cmd.SysProcAttr == nil {
		s.cmd.SysProcAttr = new(syscall.SysProcAttr)
	}
	s.cmd.SysProcAttr.Setsid = true
	v.must(s.cmd.Start())
	v.t.Cleanup(func() {
		s.end()
		if v.t.Failed() {
			said := s.said()
			v.t.Logf("%s:\n%s", name, said[max(0, len(said)-6000):])
		}
	})
	return s
}

// end sends SIGTERM, waits, and returns the exit status; -1 if the program had to be killed.
func (s *server) end() (status int) {
	s.v.t.Helper()
	s.over.Do(func() {
		all := -s.cmd.Process.Pid
		syscall.Kill(all, syscall.SIGTERM)
		late := time.AfterFunc(patience/2, func() { syscall.Kill(all, syscall.SIGKILL) })
		defer late.Stop()
		s.cmd.Wait()
		syscall.Kill(all, syscall.SIGKILL) // what it has left behind
	})
	return s.cmd.ProcessState.ExitCode()
}

// said returns what the program has written so far.
func (s *server) said() string {
	b, _ := os.ReadFile(s.log)
	return string(b)
}

// get asks a web server. Status 0 means that there was no answer, and body says why.
func (v *visit) get(url string) (status int, body string) {
	v.t.Helper()
	client := http.Client{Timeout: patience}
	answer, err := client.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	v.must(err)
	return answer.StatusCode, string(b)
}

// silentDNS makes a DNS server that never answers the system's resolver. A test can read the
// questions that it gets.
func (v *visit) silentDNS() net.PacketConn {
	v.t.Helper()
	const addr = "127.0.0.9"
	silent, err := net.ListenPacket("udp", addr+":53")
	v.must(err)
	v.t.Cleanup(func() { silent.Close() })
	v.resolver(addr)
	return silent
}
