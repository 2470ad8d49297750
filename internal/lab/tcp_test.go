//go:build unix

package lab_test

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"rdnsproxy/internal/lab"
)

func startTCP(t *testing.T, serve func(*net.TCPConn)) (*lab.TCPServer, *net.TCPConn) {
	t.Helper()
	s, err := lab.StartTCP("", serve)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	c, err := net.DialTCP("tcp", nil, net.TCPAddrFromAddrPort(s.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return s, c
}

func TestEcho(t *testing.T) {
	s, c := startTCP(t, lab.Echo)
	io.WriteString(c, "to and fro")
	c.CloseWrite()
	if got, err := io.ReadAll(c); string(got) != "to and fro" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got := s.Clients(); len(got) != 1 || got[0].String() != c.LocalAddr().String() {
		t.Errorf("clients %v, not %s", got, c.LocalAddr())
	}
	await(t, func() bool { return s.Open() == 0 })
}

func TestResetAfter(t *testing.T) {
	_, c := startTCP(t, lab.ResetAfter(4))
	io.WriteString(c, "12345")
	if _, err := io.ReadAll(c); !errors.Is(err, reset) {
		t.Errorf("%v, want a reset", err)
	}
}

// A stalled reader lets the pipe fill up, and empties it when it resumes.
func TestStallAfter(t *testing.T) {
	resume := make(chan struct{})
	_, c := startTCP(t, lab.StallAfter(1, resume))
	c.SetWriteBuffer(4096)
	c.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
	if _, err := io.Copy(c, endless('x')); !isTimeout(err) {
		t.Fatalf("%v, want a time-out", err)
	}
	close(resume)
	c.SetWriteDeadline(time.Now().Add(patience))
	if _, err := io.CopyN(c, endless('x'), 16<<20); err != nil {
		t.Error(err)
	}
}

func TestFull(t *testing.T) {
	f, err := lab.StartFull("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	var d net.Dialer
	if _, err := d.DialContext(ctx, "tcp", f.Addr().String()); !isTimeout(err) {
		t.Errorf("%v, want a time-out", err)
	}
}

func isTimeout(err error) bool {
	var no net.Error
	return errors.As(err, &no) && no.Timeout()
}
