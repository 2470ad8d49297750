//go:build unix

package dial_test

import (
	"context"
	"errors"
	"iter"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"rdnsproxy/internal/lab"
	"rdnsproxy/proxy/dial"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience tells a hang from a slow machine; never is a delay that no test
// lives to see.
const (
	patience = 30 * time.Second
	never    = time.Hour
)

// limited is a context for a race that may fail by hanging.
func limited(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// server echoes on a loopback address.
func server(t *testing.T, host string) *lab.TCPServer {
	t.Helper()
	s, err := lab.StartTCP(net.JoinHostPort(host, "0"), lab.Echo)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// dead is an address that never answers.
func dead(t *testing.T) netip.AddrPort {
	t.Helper()
	f, err := lab.StartFull("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f.Addr()
}

// shut is an address where nobody listens.
func shut(t *testing.T) netip.AddrPort {
	t.Helper()
	a, _ := bound(t)
	return a
}

// bound is an address whose port is taken by a socket that does not listen yet.
func bound(t *testing.T) (netip.AddrPort, int) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	host := [4]byte{127, 0, 0, 1}
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: host}); err != nil {
		t.Fatal(err)
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return netip.AddrPortFrom(netip.AddrFrom4(host), uint16(name.(*unix.SockaddrInet4).Port)), fd
}

func race(t *testing.T, d *dial.Dialer, addrs ...netip.AddrPort) (net.Conn, netip.AddrPort, error) {
	t.Helper()
	return raceSeq(t, d, slices.Values(addrs))
}

func raceSeq(t *testing.T, d *dial.Dialer, addrs iter.Seq[netip.AddrPort]) (net.Conn, netip.AddrPort, error) {
	t.Helper()
	c, a, err := d.Race(limited(t), addrs)
	if err == nil {
		t.Cleanup(func() { c.Close() })
		if _, ok := c.(*net.TCPConn); !ok {
			t.Errorf("the connection is a %T", c)
		}
	} else if c != nil {
		t.Errorf("a connection beside %v", err)
	}
	return c, a, err
}

func reasons(err error) []dial.Reason {
	var e *dial.Error
	if !errors.As(err, &e) {
		return nil
	}
	var all []dial.Reason
	for _, f := range e.Failures {
		all = append(all, f.Reason)
	}
	return all
}

func await(t *testing.T, done func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not happen")
		}
	}
}
