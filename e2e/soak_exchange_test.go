//go:build linux && soak

package e2e

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// exchange is a session of the cheap client: what it sends and gets.
type exchange struct {
	s      *soak
	what   string
	cmd    *exec.Cmd
	in     *os.File // to the relay, or the connection itself
	out    *os.File
	errs   bytes.Buffer
	killer *time.Timer
}

// open starts a relay and returns when the banner has come.
func (s *soak) open(m soakMode, n int) (*exchange, error) {
	x := &exchange{s: s, what: fmt.Sprintf("session %d, %s", n, m.name)}
	args := append(append([]string{program}, m.flags...), m.host(n), strconv.Itoa(int(s.server.Addr().Port())))
	x.cmd = &exec.Cmd{Path: program, Args: args, Env: s.template.Env, Dir: s.template.Dir, SysProcAttr: s.template.SysProcAttr, Stderr: &x.errs}
	var err error
	if m.passes {
		err = x.receive()
	} else {
		err = x.pipe()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w %s", x.what, err, &x.errs)
	}
	banner := make([]byte, len(soakBanner))
	if _, err := io.ReadFull(x.out, banner); err != nil || string(banner) != soakBanner {
		return nil, fmt.Errorf("%s: banner %q, %v: %s", x.what, banner, err, &x.errs)
	}
	return x, nil
}

func (x *exchange) start() error {
	err := x.cmd.Start()
	if err == nil {
		x.killer = time.AfterFunc(patience, func() { x.cmd.Process.Kill() })
	}
	return err
}

func (x *exchange) pipe() error {
	r, in, err := os.Pipe()
	if err != nil {
		return err
	}
	out, w, err := os.Pipe()
	if err != nil {
		return err
	}
	x.cmd.Stdin, x.cmd.Stdout, x.in, x.out = r, w, in, out
	err = x.start()
	r.Close()
	w.Close()
	return err
}

// receive starts a relay that passes the connection, as to ssh, and takes it.
func (x *exchange) receive() error {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	theirs := os.NewFile(uintptr(pair[1]), "theirs")
	x.cmd.Stdout = theirs
	err = x.start()
	theirs.Close()
	defer unix.Close(pair[0])
	if err != nil {
		return err
	}
	data, rights := make([]byte, 16), make([]byte, 64)
	n, rightsLen, _, _, err := unix.Recvmsg(pair[0], data, rights, unix.MSG_CMSG_CLOEXEC)
	if err != nil || n == 0 {
		return fmt.Errorf("no connection was passed: %d bytes, %v", n, err)
	}
	messages, err := unix.ParseSocketControlMessage(rights[:rightsLen])
	if err != nil || len(messages) != 1 {
		return fmt.Errorf("%d control messages, %v", len(messages), err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return fmt.Errorf("%d descriptors, %v", len(fds), err)
	}
	unix.SetNonblock(fds[0], false)
	x.in = os.NewFile(uintptr(fds[0]), "passed")
	x.out = x.in
	return nil
}

// echo sends bytes and gets them back.
func (x *exchange) echo(sent []byte) error {
	failed := make(chan error, 1)
	go func() {
		_, err := x.in.Write(sent)
		failed <- err
	}()
	got := make([]byte, len(sent))
	_, err := io.ReadFull(x.out, got)
	if err = errors.Join(err, <-failed); err != nil || !bytes.Equal(got, sent) {
		return fmt.Errorf("%s: sent %x, got %x, %v", x.what, sha256.Sum256(sent), sha256.Sum256(got), err)
	}
	return nil
}

// end ends the session from this side: the relay has nothing more to say, and exits with 0.
func (x *exchange) end() error {
	if x.in == x.out {
		unix.Shutdown(int(x.in.Fd()), unix.SHUT_WR)
	} else {
		x.in.Close()
	}
	rest, err := io.ReadAll(x.out)
	x.out.Close()
	ended := x.cmd.Wait()
	x.killer.Stop()
	dead := strings.Contains(x.what, "dead")
	if err != nil || ended != nil || len(rest) > 0 || !dead && x.errs.Len() > 0 {
		return fmt.Errorf("%s: %d bytes too many, %v, %v: %s", x.what, len(rest), err, ended, &x.errs)
	}
	return nil
}
