//go:build unix

package dial_test

import (
	"net"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"rdnsproxy/proxy/dial"
)

// option reads a socket option of a connection.
func option(t *testing.T, c net.Conn, level, name int) int {
	t.Helper()
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var value int
	raw.Control(func(fd uintptr) { value, err = unix.GetsockoptInt(int(fd), level, name) })
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestBind(t *testing.T) {
	four, six := server(t, "127.0.0.1"), server(t, "::1")
	from := netip.MustParseAddr("127.0.0.5")
	d := &dial.Dialer{Bind: []netip.Addr{from}}
	if _, a, err := race(t, d, six.Addr(), four.Addr()); err != nil || a != four.Addr() {
		t.Errorf("%v %v", a, err)
	}
	await(t, func() bool { return len(four.Clients()) == 1 })
	if got := four.Clients(); got[0].Addr() != from {
		t.Errorf("the peer saw %v", got)
	}

	_, _, err := race(t, d, six.Addr())
	if !slices.Equal(reasons(err), []dial.Reason{dial.Skipped}) || !strings.HasSuffix(err.Error(),
		"no local address of its family to connect from") {
		t.Errorf("other family: %v", err)
	}

	d.Bind = []netip.Addr{netip.MustParseAddr("192.0.2.99"), from} // one of the family only, as ssh
	_, _, err = race(t, d, four.Addr())
	if got := reasons(err); !slices.Equal(got, []dial.Reason{dial.Bind}) {
		t.Errorf("another host's address: %v", err)
	}

	d.Bind = []netip.Addr{netip.MustParseAddr("::1"), from} // one of each
	if _, a, err := race(t, d, six.Addr(), four.Addr()); err != nil || a != six.Addr() {
		t.Errorf("%v %v", a, err)
	}
}

func TestInterface(t *testing.T) {
	s := server(t, "127.0.0.1")
	lo := loopback(t)
	if _, _, err := race(t, &dial.Dialer{Interface: lo}, s.Addr()); err != nil {
		t.Error(err)
	}
	d := &dial.Dialer{Interface: "no\x1bsuch"}
	if _, _, err := race(t, d, s.Addr()); err == nil || strings.ContainsRune(err.Error(), '\x1b') {
		t.Errorf("no such interface: %v", err)
	}
	d.Bind = []netip.Addr{netip.MustParseAddr("127.0.0.1")} // goes first
	if _, _, err := race(t, d, s.Addr()); err != nil {
		t.Error(err)
	}
}

func loopback(t *testing.T) string {
	t.Helper()
	all, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range all {
		if i.Flags&net.FlagLoopback != 0 {
			return i.Name
		}
	}
	t.Fatal("no loopback interface")
	return ""
}

func TestTOS(t *testing.T) {
	class, err := dial.ParseTOS("af21")
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1", "::1"} {
		s := server(t, host)
		level, name := unix.IPPROTO_IP, unix.IP_TOS
		if host == "::1" {
			level, name = unix.IPPROTO_IPV6, unix.IPV6_TCLASS
		}
		for _, want := range []int{0, class} {
			c, _, err := race(t, &dial.Dialer{TOS: want}, s.Addr())
			if err != nil {
				t.Fatal(err)
			}
			if got := option(t, c, level, name); got != want {
				t.Errorf("%s: class %#x, want %#x", host, got, want)
			}
		}
	}
}

// Keep-alive is on with the kernel's own interval, and Nagle is off.
func TestSocketDefaults(t *testing.T) {
	s := server(t, "127.0.0.1")
	for _, off := range []bool{false, true} {
		c, _, err := race(t, &dial.Dialer{NoKeepAlive: off}, s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		if got := option(t, c, unix.SOL_SOCKET, unix.SO_KEEPALIVE) == 0; got != off {
			t.Errorf("keep-alive off: %t, want %t", got, off)
		}
		if option(t, c, unix.IPPROTO_TCP, unix.TCP_NODELAY) == 0 {
			t.Error("Nagle is on")
		}
		if runtime.GOOS == "linux" {
			if got := option(t, c, unix.IPPROTO_TCP, 4 /* TCP_KEEPIDLE */); got == 15 {
				t.Error("Go's interval instead of the kernel's")
			}
		}
	}
}

func TestMappedAddress(t *testing.T) {
	s := server(t, "127.0.0.1")
	mapped := netip.AddrPortFrom(netip.MustParseAddr("::ffff:127.0.0.1"), s.Addr().Port())
	if _, a, err := race(t, &dial.Dialer{}, mapped); err != nil || a != mapped {
		t.Errorf("%v %v", a, err)
	}
}
