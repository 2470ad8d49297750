//go:build unix

package relay

import (
	"crypto/tls"
	"net"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// socketpair gives two ends in blocking mode, as ssh makes them for a
// ProxyCommand under ProxyUseFdpass.
func socketpair(t *testing.T) (ssh, helper *os.File) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		unix.CloseOnExec(fd)
	}
	ssh, helper = os.NewFile(uintptr(fds[0]), "ssh"), os.NewFile(uintptr(fds[1]), "helper")
	t.Cleanup(func() { ssh.Close(); helper.Close() })
	return ssh, helper
}

func TestPass(t *testing.T) {
	t.Run("TCP", func(t *testing.T) {
		conn, peer := connect(t)
		passes(t, conn, peer)
	})
	t.Run("Unix", func(t *testing.T) {
		conn, peer := unixConnection(t)
		passes(t, conn, peer)
	})
}

func passes(t *testing.T, conn, peer net.Conn) {
	ssh, helper := socketpair(t)
	if err := CanPass(helper); err != nil {
		t.Fatal(err)
	}
	if err := Pass(helper, conn); err != nil {
		t.Fatal(err)
	}
	conn.Close()
	helper.Close()

	data, rights := make([]byte, 16), make([]byte, unix.CmsgSpace(4*4))
	n, rn, _, _, err := unix.Recvmsg(int(ssh.Fd()), data, rights, 0)
	if err != nil || n != 1 {
		t.Fatalf("received %d bytes, %v; want one byte", n, err)
	}
	messages, err := unix.ParseSocketControlMessage(rights[:rn])
	if err != nil || len(messages) != 1 {
		t.Fatalf("received %d control messages, %v", len(messages), err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		t.Fatalf("received descriptors %v, %v; want one", fds, err)
	}
	if n, _ := unix.Read(int(ssh.Fd()), data); n != 0 {
		t.Errorf("%d more bytes followed the descriptor", n)
	}
	if flags, err := unix.FcntlInt(uintptr(fds[0]), unix.F_GETFL, 0); err != nil || flags&unix.O_NONBLOCK != 0 {
		t.Errorf("the descriptor's flags are %#o, %v: it must block", flags, err)
	}

	got := os.NewFile(uintptr(fds[0]), "passed")
	defer got.Close()
	send(t, got, "from ssh")
	expect(t, peer, "from ssh")
	send(t, peer, "to ssh")
	expect(t, got, "to ssh")
	got.Close()
	expectEnd(t, peer)
}

func TestCannotPass(t *testing.T) {
	_, out := pipe(t)
	conn, peer := connect(t)
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	network, err := conn.File()
	if err != nil {
		t.Fatal(err)
	}
	defer network.Close()
	for name, out := range map[string]*os.File{"pipe": out, "file": file, "TCP socket": network} {
		t.Run(name, func(t *testing.T) {
			for _, err := range []error{CanPass(out), Pass(out, conn)} {
				if err == nil || !strings.Contains(err.Error(), `"ProxyUseFdpass yes"`) {
					t.Error(err)
				}
			}
		})
	}
	// The connection has kept its mode and works.
	send(t, conn, "still here")
	expect(t, peer, "still here")
}

// What wraps a socket may hold bytes of the connection, or change them.
func TestPassWrapped(t *testing.T) {
	conn, peer := connect(t)
	pipe, _ := net.Pipe()
	for name, c := range map[string]net.Conn{
		"TLS":                 tls.Client(conn, &tls.Config{InsecureSkipVerify: true}),
		"embedded connection": struct{ *net.TCPConn }{conn}, // has SyscallConn
		"wrapped connection":  whole{conn},
		"net.Pipe":            pipe,
		"none":                nil,
	} {
		t.Run(name, func(t *testing.T) {
			ssh, helper := socketpair(t)
			if err := Pass(helper, c); err == nil || !strings.Contains(err.Error(), "without ProxyUseFdpass") {
				t.Errorf("%v", err)
			}
			helper.Close()
			expectEnd(t, ssh)
		})
	}
	send(t, conn, "still here")
	expect(t, peer, "still here")
}

func TestPassWhenSSHHasGone(t *testing.T) {
	ssh, helper := socketpair(t)
	conn, peer := connect(t)
	ssh.Close()
	if err := Pass(helper, conn); err == nil {
		t.Error("passed to nobody")
	}
	send(t, peer, "x")
	expect(t, net.Conn(conn), "x") // and the connection is Go's again
}
