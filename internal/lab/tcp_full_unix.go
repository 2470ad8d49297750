//go:build unix

package lab

import (
	"errors"
	"net"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// Full is a listener that accepts no connections and whose queue is full: clients wait
// until their own timeout, as with a host behind a firewall that drops packets.
type Full struct {
	listener *net.TCPListener
	queue    []net.Conn
}

// StartFull listens on host:port of loopback and fills the queue.
func StartFull(addr string) (*Full, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	f := &Full{listener: l.(*net.TCPListener)}
	if err := f.fill(); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// fill makes the queue as short as the kernel allows and connects until it is full.
func (f *Full) fill() error {
	raw, err := f.listener.SyscallConn()
	if err != nil {
		return err
	}
	if cerr := raw.Control(func(fd uintptr) { err = unix.Listen(int(fd), 0) }); err != nil || cerr != nil {
		return errors.Join(err, cerr)
	}
	for range 64 {
		c, err := net.DialTimeout("tcp", f.listener.Addr().String(), 300*time.Millisecond)
		if err != nil {
			return nil
		}
		f.queue = append(f.queue, c)
	}
	return errors.New("the queue does not fill")
}

// Addr returns the address that it listens on.
func (f *Full) Addr() netip.AddrPort { return f.listener.Addr().(*net.TCPAddr).AddrPort() }

// Close closes the listener and the connections that fill its queue.
func (f *Full) Close() error {
	for _, c := range f.queue {
		c.Close()
	}
	return f.listener.Close()
}
