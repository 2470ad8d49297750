package lab_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/internal/lab"
)

// patience is long enough to tell a hang from a slow machine.
const patience = 30 * time.Second

// reset is this system's error for a reset connection.
var reset = map[bool]error{true: syscall.Errno(10054), false: syscall.ECONNRESET}[runtime.GOOS == "windows"]

func start(t *testing.T, setup lab.SSH) *lab.SSHServer {
	t.Helper()
	s, err := lab.StartSSH(setup)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func hostKey(t *testing.T, algorithm string) ssh.Signer {
	t.Helper()
	key, err := lab.NewHostKey(algorithm)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func connect(t *testing.T, s *lab.SSHServer, auth ...ssh.AuthMethod) (*ssh.Client, error) {
	t.Helper()
	c, err := ssh.Dial("tcp", s.Addr().String(), &ssh.ClientConfig{
		User:            "ada",
		Auth:            auth,
		HostKeyCallback: ssh.FixedHostKey(s.HostKeys()[0]),
		Timeout:         patience,
	})
	if err == nil {
		t.Cleanup(func() { c.Close() })
	}
	return c, err
}

func TestSSHCommands(t *testing.T) {
	s := start(t, lab.SSH{})
	c, err := connect(t, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		command, in, out, errout string
		status                   int
	}{
		{"echo a  b", "", "a  b\n", "", 0},
		{"cat", "x\x00y", "x\x00y", "", 0},
		{"wc -c", "12345", "5\n", "", 0},
		{"sha256sum", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  -\n", "", 0},
		{"head -c 5 /dev/zero", "", "\x00\x00\x00\x00\x00", "", 0},
		{"head -n 1", "", "", "head: only -c N /dev/zero\n", 2},
		{"true", "", "", "", 0},
		{"false", "", "", "", 1},
		{"exit 7", "", "", "", 7},
		{"exit 256", "", "", "exit: a status from 0 to 255\n", 2},
		{"rm -rf /", "", "", "rm: command not found\n", 127},
	} {
		session, err := c.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		var out, errout bytes.Buffer
		session.Stdin, session.Stdout, session.Stderr = strings.NewReader(test.in), &out, &errout
		status := 0
		if err := session.Run(test.command); err != nil {
			var exit *ssh.ExitError
			if !errors.As(err, &exit) {
				t.Fatalf("%s: %v", test.command, err)
			}
			status = exit.ExitStatus()
		}
		if out.String() != test.out || errout.String() != test.errout || status != test.status {
			t.Errorf("%s: %q, %q, %d", test.command, &out, &errout, status)
		}
	}
}

func TestSSHShellOnTerminal(t *testing.T) {
	s := start(t, lab.SSH{Serve: func(s *lab.Session) int {
		fmt.Fprintf(s, "hello %s\nfrom %s\n", s.User, s.Client.Addr())
		return 3
	}})
	c, err := connect(t, s)
	if err != nil {
		t.Fatal(err)
	}
	session, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := session.RequestPty("dumb", 24, 80, nil); err != nil {
		t.Fatal(err)
	}
	out, err := session.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Shell(); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(out)
	if err != nil || string(got) != "hello ada\r\nfrom 127.0.0.1\r\n" {
		t.Errorf("%q, %v", got, err)
	}
	var exit *ssh.ExitError
	if err := session.Wait(); !errors.As(err, &exit) || exit.ExitStatus() != 3 {
		t.Errorf("ended with %v, want status 3", err)
	}
}

func TestSSHPassword(t *testing.T) {
	s := start(t, lab.SSH{Password: "open sesame"})
	if _, err := connect(t, s); err == nil {
		t.Error("in without a password")
	}
	if _, err := connect(t, s, ssh.Password("guess")); err == nil {
		t.Error("in with a wrong password")
	}
	if _, err := connect(t, s, ssh.Password("open sesame")); err != nil {
		t.Error(err)
	}
}

func TestSSHHostKeys(t *testing.T) {
	for _, algorithm := range []string{ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoRSA} {
		s := start(t, lab.SSH{HostKeys: []ssh.Signer{hostKey(t, algorithm)}})
		if got := s.HostKeys()[0].Type(); got != algorithm {
			t.Errorf("%s: a key of type %s", algorithm, got)
		}
		if _, err := connect(t, s); err != nil {
			t.Errorf("%s: %v", algorithm, err)
		}
	}
	if _, err := lab.NewHostKey("ssh-dss"); err == nil {
		t.Error("an ssh-dss key")
	}
}

func TestSSHCertificate(t *testing.T) {
	authority, host := hostKey(t, ssh.KeyAlgoED25519), hostKey(t, ssh.KeyAlgoED25519)
	certified, err := lab.Certify(authority, host, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, lab.SSH{HostKeys: []ssh.Signer{certified}})
	checker := ssh.CertChecker{IsHostAuthority: func(key ssh.PublicKey, _ string) bool {
		return bytes.Equal(key.Marshal(), authority.PublicKey().Marshal())
	}}
	config := &ssh.ClientConfig{HostKeyCallback: checker.CheckHostKey, Timeout: patience}
	c, err := ssh.Dial("tcp", s.Addr().String(), config)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	plain := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(host.PublicKey())))
	if got := s.KnownHostsLine("h"); !strings.HasSuffix(got, " "+plain+"\n") {
		t.Errorf("known hosts: %q", got)
	}
}

func TestSSHFaults(t *testing.T) {
	for _, test := range []struct {
		fault lab.SSHFault
		want  string
	}{
		{lab.SpeaksHTTP, "HTTP/1.1 400 Bad Request\r\n"},
		{lab.Hostile, lab.HostileGreeting},
		{lab.HangsUp, "SSH-2.0-rdnsproxy-lab\r\n"},
	} {
		s := start(t, lab.SSH{Fault: test.fault})
		c := dialTCP(t, s)
		io.WriteString(c, "SSH-2.0-test\r\n")
		got, err := io.ReadAll(c)
		if err != nil || !strings.HasPrefix(string(got), test.want) {
			t.Errorf("fault %d: %q, %v", test.fault, got, err)
		}
	}
	c := dialTCP(t, start(t, lab.SSH{Fault: lab.Resets}))
	io.WriteString(c, "SSH-2.0-test\r\n")
	if _, err := io.ReadAll(c); !errors.Is(err, reset) {
		t.Errorf("%v, want a reset", err)
	}
}

// A silent server keeps the connection open, and Close still ends it.
func TestSSHSilent(t *testing.T) {
	s, err := lab.StartSSH(lab.SSH{Fault: lab.Silent})
	if err != nil {
		t.Fatal(err)
	}
	c := dialTCP(t, s)
	if _, err := io.WriteString(c, "SSH-2.0-test\r\n"); err != nil {
		t.Fatal(err)
	}
	await(t, func() bool { return len(s.Visits()) == 1 })
	if s.Visits()[0].Over {
		t.Error("over already")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got, _ := io.ReadAll(c); len(got) > 0 {
		t.Errorf("it said %q", got)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
}

func TestSSHAddr(t *testing.T) {
	s := start(t, lab.SSH{Addr: "127.168.1.243:0"})
	if got := s.Addr(); got.Addr().String() != "127.168.1.243" || got.Port() == 0 {
		t.Errorf("listens on %s", got)
	}
	if _, err := lab.StartSSH(lab.SSH{Addr: s.Addr().String()}); err == nil {
		t.Error("two servers on one port")
	}
}

// A client that just closes is distinguished from one that sends SSH_MSG_DISCONNECT.
func TestSSHNoFarewell(t *testing.T) {
	s := start(t, lab.SSH{})
	raw := dialTCP(t, s)
	config := &ssh.ClientConfig{HostKeyCallback: ssh.FixedHostKey(s.HostKeys()[0])}
	conn, channels, requests, err := ssh.NewClientConn(raw, "lab", config)
	if err != nil {
		t.Fatal(err)
	}
	c := ssh.NewClient(conn, channels, requests)
	raw.Close()
	c.Wait()
	await(t, func() bool { return s.Visits()[0].Over })
	if s.Visits()[0].Farewell {
		t.Error("a farewell from nobody")
	}
}

func dialTCP(t *testing.T, s *lab.SSHServer) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c
}

// await polls until another goroutine has done its work.
func await(t *testing.T, done func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not happen")
		}
	}
}

type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

// Many concurrent clients do not mix, nor do their bytes.
func TestSSHManyAtOnce(t *testing.T) {
	s := start(t, lab.SSH{})
	const clients = 40
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			c, err := ssh.Dial("tcp", s.Addr().String(), &ssh.ClientConfig{
				User: fmt.Sprint("user", i), HostKeyCallback: ssh.FixedHostKey(s.HostKeys()[0]), Timeout: patience})
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			session, err := c.NewSession()
			if err != nil {
				t.Error(err)
				return
			}
			sent := bytes.Repeat([]byte{byte(i)}, 100_000+i)
			session.Stdin = bytes.NewReader(sent)
			if got, err := session.Output("cat"); err != nil || !bytes.Equal(got, sent) {
				t.Errorf("client %d: %d bytes of %d, %v", i, len(got), len(sent), err)
			}
		})
	}
	all.Wait()
	users := map[string]bool{}
	for _, v := range s.Visits() {
		users[v.User] = true
	}
	if len(users) != clients || s.Sessions() != clients {
		t.Errorf("%d users, %d sessions", len(users), s.Sessions())
	}
}
