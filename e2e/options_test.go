//go:build linux

package e2e

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Options that ssh ignores with a ProxyCommand still take effect: the server sees the
// client's address and family.
func TestOptionsOfConnecting(t *testing.T) {
	alias := "Host alias\n\tHostName dual.example.com\n"
	withOriginal := "Host *\n\tProxyCommand rdnsproxy %h %p %n\n"
	for _, c := range []struct {
		name, config string
		args         []string
		from, to     string // as the server sees them; from may be empty
	}{
		{"BindAddress of an alias", alias + "\tBindAddress 198.51.100.77\n\tAddressFamily inet\n" + plainly, []string{"alias"}, "198.51.100.77", "198.51.100.20"},
		{"with ORIGINAL", alias + "\tBindAddress 2001:db8::77\n\tAddressFamily inet6\n" + withOriginal, []string{"alias"}, "2001:db8::77", "2001:db8::20"},
		{"not of another alias", alias + "Host other\n\tBindAddress 198.51.100.77\n" + plainly, []string{"-4", "alias"}, "198.51.100.20", "198.51.100.20"},
		{"AddressFamily inet", "AddressFamily inet\n" + plainly, []string{"dual.example.com"}, "", "198.51.100.20"},
		{"AddressFamily inet6", "AddressFamily inet6\n" + plainly, []string{"dual.example.com"}, "", "2001:db8::20"},
		{"-4", plainly, []string{"-4", "dual.example.com"}, "", "198.51.100.20"},
		{"-6", plainly, []string{"-6", "dual.example.com"}, "", "2001:db8::20"},
		{"-b", plainly, []string{"-b", "198.51.100.77", "exact.example.com"}, "198.51.100.77", "198.51.100.10"},
		{"-o", plainly, []string{"-oBindAddress=198.51.100.77", "-o", "AddressFamily inet", "dual.example.com"}, "198.51.100.77", "198.51.100.20"},
		{"BindInterface", "BindInterface lo\n" + plainly, []string{"exact.example.com"}, "", "198.51.100.10"},
		{"a flag of the program", "Host *\n\tProxyCommand rdnsproxy --bind-address 198.51.100.77 -4 %h %p\n", []string{"dual.example.com"}, "198.51.100.77", "198.51.100.20"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := newVisit(t)
			v.sshConfig(c.config)
			o := v.ssh(append(c.args, "echo $SSH_CONNECTION")...)
			got := strings.Fields(o.out)
			if len(got) != 4 || c.from != "" && got[0] != c.from || got[2] != c.to {
				t.Errorf("connection %q, want from %q to %q", got, c.from, c.to)
			}
			if o.err != "" {
				t.Errorf("stderr %q", o.err)
			}
		})
	}
}

// ConnectTimeout ends a connection attempt that gets no answer, with an error that names
// the address. With fdpass only the program can do this, because ssh has no timeout while
// it waits for the descriptor; with pipes ssh would time out too, but with an error that
// does not name the address.
func TestConnectTimeout(t *testing.T) {
	v := newVisit(t)
	fullBacklog(t, netip.MustParseAddrPort("198.51.100.10:2022"))
	const said = "rdnsproxy: error: exact.example.com: 198.51.100.10 port 2022: no answer in time\n"
	for _, c := range []struct {
		name, config string
		args         []string
	}{
		{"fdpass, configuration", "Host alias\n\tHostName exact.example.com\n\tConnectTimeout 2\n" + fdpass, []string{"alias"}},
		{"fdpass, command line", fdpass, []string{"-o", "ConnectTimeout=2", "exact.example.com"}},
		{"pipes, configuration", "Host alias\n\tHostName exact.example.com\n\tConnectTimeout 2\n" + plainly, []string{"alias"}},
		{"pipes, command line", plainly, []string{"-o", "ConnectTimeout=2", "exact.example.com"}},
		{"pipes, off", strings.Replace(plainly, "rdnsproxy ", "rdnsproxy --policy off ", 1), []string{"-o", "ConnectTimeout=2", "exact.example.com"}},
		{"pipes, a longer flag", strings.Replace(plainly, "rdnsproxy ", "rdnsproxy --connect-timeout 50s ", 1), []string{"-o", "ConnectTimeout=2", "exact.example.com"}},
		{"pipes, a shorter flag", strings.Replace(plainly, "rdnsproxy ", "rdnsproxy --connect-timeout 1s ", 1), []string{"-o", "ConnectTimeout=50", "exact.example.com"}},
		{"pipes, a slow shell", "Host *\n\tProxyCommand sh -c 'sleep 2; exec rdnsproxy %h %p'\n", []string{"-o", "ConnectTimeout=4", "exact.example.com"}},
	} {
		v.sshConfig(c.config)
		o := v.run(append([]string{"ssh", "-p", "2022"}, append(c.args, "true")...)...)
		if o.status != 255 || !strings.HasPrefix(o.err, said) || strings.Contains(o.err, "banner exchange") {
			t.Errorf("%s: %+v", c.name, o)
		}
	}
}

// A dead address does not prevent a connection to a live one of the same host.
func TestDeadAddressBesideLivingOne(t *testing.T) {
	v := newVisit(t)
	fullBacklog(t, netip.MustParseAddrPort("[2001:db8::20]:2022"))
	l, err := net.Listen("tcp", "198.51.100.20:2022")
	v.must(err)
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", "198.51.100.20:"+sshdPlain)
		if err != nil {
			c.Close()
			return
		}
		go func() {
			io.Copy(far, c)
			far.(*net.TCPConn).CloseWrite()
		}()
		io.Copy(c, far)
		c.Close()
		far.Close()
	}()
	if o := v.ssh("-p", "2022", "dual.example.com", "echo hello"); o != (outcome{"hello\n", "", 0}) {
		t.Errorf("%+v", o)
	}
}

// fullBacklog listens without accepting, and fills the queue so that the kernel drops
// further connection attempts.
func fullBacklog(t *testing.T, at netip.AddrPort) {
	t.Helper()
	domain, sa := unix.AF_INET6, unix.Sockaddr(&unix.SockaddrInet6{Port: int(at.Port()), Addr: at.Addr().As16()})
	if at.Addr().Is4() {
		domain, sa = unix.AF_INET, &unix.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()}
	}
	socket := func() int {
		fd, err := unix.Socket(domain, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { unix.Close(fd) })
		return fd
	}
	l := socket()
	if err := errors.Join(unix.Bind(l, sa), unix.Listen(l, 0)); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		if err := unix.Connect(socket(), sa); err != nil && err != unix.EINPROGRESS {
			t.Fatal(err)
		}
	}
}
