//go:build unix

package relay

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"rdnsproxy/internal/lab"
)

// The environment that turns this test binary into a program: its role, and for
// a helper the address to connect to.
const (
	roleVar = "RELAY_TEST_ROLE"
	addrVar = "RELAY_TEST_ADDR"
	pathVar = "RELAY_TEST_PATH"
)

func TestMain(m *testing.M) {
	if play := roles[os.Getenv(roleVar)]; play != nil {
		os.Exit(play())
	}
	lab.DefaultSignals()
	os.Exit(m.Run())
}

// roles are the programs that this test binary can be.
var roles = map[string]func() int{
	"helper": func() int { return relayWith(Pipes{}) },
	"ssh":    fakeSSH,
	"sftp":   fakeSFTP,
}

// relayWith is a ProxyCommand: descriptors 0 and 1 to addrVar.
func relayWith(p Pipes) int {
	c, err := net.Dial("tcp", os.Getenv(addrVar))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	s, err := paths[cmp.Or(os.Getenv(pathVar), "run")](p, c)
	fmt.Fprintf(os.Stderr, "%d up, %d down, %s, %v\n", s.Up, s.Down, s.Why, err)
	return 0
}

// fakeSSH runs a helper over two pipes as ssh does, says a word, and then does
// nothing until it is killed.
func fakeSSH() int {
	cmd := helperCommand(os.Getenv(pathVar), os.Getenv(addrVar))
	in, err := cmd.StdinPipe()
	if err == nil {
		_, err = cmd.StdoutPipe()
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	in.Write([]byte(ample + "alive"))
	time.Sleep(hangs)
	return 3
}

// fakeSFTP becomes a helper whose SIGINT and SIGHUP were ignored at its start.
func fakeSFTP() int {
	signal.Ignore(syscall.SIGINT, syscall.SIGHUP)
	os.Setenv(roleVar, "helper")
	fmt.Fprintln(os.Stderr, syscall.Exec(os.Args[0], os.Args[:1], os.Environ()))
	return 3
}

func helperCommand(path, addr string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVar+"=helper", pathVar+"="+path, addrVar+"="+addr,
		"GORACE=atexit_sleep_ms=0") // the race detector's pause before each exit
	cmd.Stderr = os.Stderr
	return cmd
}

// child is a helper in a process of its own; the test is its ssh and its peer.
type child struct {
	t           *testing.T
	cmd         *exec.Cmd
	write, read *os.File
	peer        *net.TCPConn
	stderr      strings.Builder
}

// startChild starts a helper and returns when bytes have passed both ways: its
// signal handlers stand then.
func startChild(t *testing.T, path string) *child { return startChildAs(t, "helper", path) }

func startChildAs(t *testing.T, role, path string) *child {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c := &child{t: t, cmd: helperCommand(path, l.Addr().String())}
	c.cmd.Env = append(c.cmd.Env, roleVar+"="+role)
	in, write := pipe(t)
	read, out := pipe(t)
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = in, out, &c.stderr
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.cmd.Process.Kill() })
	in.Close()
	out.Close()
	c.write, c.read = pollable(t, write), pollable(t, read)
	c.peer = accept(t, l)
	send(t, c.write, "up")
	expect(t, c.peer, "up")
	send(t, c.peer, "down")
	expect(t, c.read, "down")
	return c
}

func accept(t *testing.T, l net.Listener) *net.TCPConn {
	t.Helper()
	l.(*net.TCPListener).SetDeadline(time.Now().Add(hangs))
	a, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	a.SetDeadline(time.Now().Add(hangs))
	t.Cleanup(func() { a.Close() })
	return a.(*net.TCPConn)
}

func (c *child) signal(s os.Signal) {
	c.t.Helper()
	if err := c.cmd.Process.Signal(s); err != nil {
		c.t.Fatal(err)
	}
}

// wait wants the helper to end by itself, without being killed by a signal.
func (c *child) wait() {
	c.t.Helper()
	alarm := time.AfterFunc(hangs, func() { c.cmd.Process.Kill() })
	defer alarm.Stop()
	if err := c.cmd.Wait(); err != nil {
		c.t.Errorf("the helper ended with %v: %s", err, &c.stderr)
	}
}

func onEachPathName(t *testing.T, test func(t *testing.T, path string)) {
	for name := range paths {
		t.Run(name, func(t *testing.T) { test(t, name) })
	}
}

// As ssh ends: the DISCONNECT goes into the pipe, SIGHUP to the helper, and the
// process is gone. A relay that ends at once loses most of them.
func TestDisconnectArrives30TimesOf30(t *testing.T) {
	onEachPathName(t, func(t *testing.T, path string) {
		for range 30 {
			c := startChild(t, path)
			send(t, c.write, ample+"DISCONNECT")
			c.signal(syscall.SIGHUP)
			c.write.Close()
			c.read.Close()
			expect(t, c.peer, ample+"DISCONNECT")
			expectEnd(t, c.peer)
			c.peer.Close()
			c.wait()
		}
	})
}

func TestSignalsEndTheHelper(t *testing.T) {
	onEachPathName(t, func(t *testing.T, path string) {
		for _, s := range hangupSignals {
			t.Run(s.String(), func(t *testing.T) {
				t.Parallel() // each waits for the grace
				c := startChild(t, path)
				send(t, c.write, "last words")
				c.signal(s)
				expect(t, c.peer, "last words")
				expectEnd(t, c.peer) // after the grace: In stays open
				c.wait()
				if !strings.Contains(c.stderr.String(), string(SSHGone)) {
					t.Error(&c.stderr)
				}
			})
		}
	})
}

// sftp ignores SIGINT for its ssh, and Ctrl-C must not end the session.
func TestIgnoredSignalsStayIgnored(t *testing.T) {
	onEachPathName(t, func(t *testing.T, path string) {
		c := startChildAs(t, "sftp", path)
		c.signal(syscall.SIGINT)
		c.signal(syscall.SIGHUP)
		for range 500 { // longer than a signal needs to be heard
			send(t, c.write, "ping")
			expect(t, c.peer, "ping")
			send(t, c.peer, "pong")
			expect(t, c.read, "pong")
		}
		c.peer.Close()
		expectEnd(t, c.read)
		c.write.Close()
		c.wait()
		if !strings.Contains(c.stderr.String(), string(NetworkEnded)) {
			t.Errorf("ended with %s", &c.stderr)
		}
	})
}

// Descriptor 1 is the one for which Go's runtime dies of SIGPIPE.
func TestBrokenPipeDoesNotKill(t *testing.T) {
	onEachPathName(t, func(t *testing.T, path string) {
		c := startChild(t, path)
		c.signal(syscall.SIGPIPE)
		c.read.Close()
		for range 50 {
			send(t, c.peer, ample)
		}
		send(t, c.write, "last words")
		c.write.Close()
		expect(t, c.peer, "last words")
		expectEnd(t, c.peer)
		c.peer.Close()
		c.wait()
		if !strings.Contains(c.stderr.String(), string(SSHGone)+", <nil>") {
			t.Errorf("ended with %s", &c.stderr)
		}
	})
}

func TestKilledSSHLeavesNoHelper(t *testing.T) {
	onEachPathName(t, func(t *testing.T, path string) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ssh := helperCommand(path, l.Addr().String())
		ssh.Env = append(ssh.Env, roleVar+"=ssh")
		alive, held := pipe(t) // its end tells that every process that holds it has ended
		alive = pollable(t, alive)
		ssh.Stderr = held
		if err := ssh.Start(); err != nil {
			t.Fatal(err)
		}
		held.Close()
		peer := accept(t, l)
		expect(t, peer, ample[:len(ample)/2])
		ssh.Process.Kill()
		ssh.Wait()
		expect(t, peer, ample[len(ample)/2:]) // what it wrote before it died
		send(t, peer, ample)                  // nobody reads it
		expect(t, peer, "alive")
		expectEnd(t, peer)
		peer.Close()
		var said strings.Builder
		if _, err := plainly(&said, alive); err != nil {
			t.Errorf("the helper outlives its ssh: %v", err)
		}
	})
}
