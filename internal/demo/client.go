package demo

import (
	"context"
	"errors"
	"io"
	"net"
	"os/exec"
	"strconv"
	"time"

	"golang.org/x/crypto/ssh"
)

// standIn plays ssh if none is installed: it runs the relay as ssh would run a
// ProxyCommand, speaks SSH over its pipes, and shows the host's greeting.
func (s *stage) standIn(ctx context.Context, a *actor, policy string) error {
	cmd := exec.CommandContext(ctx, s.self, "--", a.name, strconv.Itoa(int(a.host.Addr().Port())))
	cmd.Dir, cmd.Env, cmd.Stderr = s.dir, s.environment(a, policy), s.w.Err
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.begin(cmd); err != nil {
		return err
	}
	greeted := s.greet(a, pipeConn{out, in})
	in.Close()
	return errors.Join(greeted, cmd.Wait())
}

// greet logs in over conn and copies the host's output.
func (s *stage) greet(a *actor, conn net.Conn) error {
	c, channels, requests, err := ssh.NewClientConn(conn, a.name, &ssh.ClientConfig{
		User:            "chris",
		HostKeyCallback: ssh.FixedHostKey(a.host.HostKeys()[0]),
	})
	if err != nil {
		return err
	}
	client := ssh.NewClient(c, channels, requests)
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return err
	}
	session.Stdout = s.w.Out
	if err := session.Shell(); err != nil {
		return err
	}
	return session.Wait()
}

// pipeConn is a net.Conn over a ProxyCommand's pipes, without addresses and deadlines.
type pipeConn struct {
	io.Reader
	io.WriteCloser
}

func (pipeConn) LocalAddr() net.Addr              { return &net.UnixAddr{} }
func (pipeConn) RemoteAddr() net.Addr             { return &net.UnixAddr{} }
func (pipeConn) SetDeadline(time.Time) error      { return nil }
func (pipeConn) SetReadDeadline(time.Time) error  { return nil }
func (pipeConn) SetWriteDeadline(time.Time) error { return nil }
