package relay

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

const errnoVar = "RELAY_TEST_ERRNO"

func init() {
	roles["patient"] = patient
	roles["sandboxed"] = sandboxed
	roles["starved"] = starved
}

// patient is a helper that would wait for very long.
func patient() int {
	return relayWith(Pipes{Grace: 10 * hangs})
}

// sandboxed is a helper to whom the kernel answers every splice with errnoVar: from
// the start, or from a SIGUSR1 on.
func sandboxed() int {
	errno, later := strings.CutPrefix(os.Getenv(errnoVar), "later ")
	no, err := strconv.Atoi(errno)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	if !later {
		forbidSplice(no)
		return relayWith(Pipes{})
	}
	usr1 := make(chan os.Signal, 1)
	signal.Notify(usr1, syscall.SIGUSR1)
	go func() {
		<-usr1
		forbidSplice(no)
		fmt.Fprintln(os.Stderr, "forbidden")
	}()
	return relayWith(Pipes{})
}

// forbidSplice is a seccomp filter over every thread, as a sandbox sets it.
func forbidSplice(errno int) {
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}, // the number of the call
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_SPLICE, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(errno)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	_, _, failed := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&program)))
	if failed != 0 {
		fmt.Fprintln(os.Stderr, "seccomp:", failed)
		os.Exit(3)
	}
}

// starved is a helper that may not open anything once it is connected.
func starved() int {
	c, err := net.Dial("tcp", os.Getenv(addrVar))
	if err == nil {
		err = unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 3, Max: 3})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	s, err := Pipes{}.Run(c)
	fmt.Fprintf(os.Stderr, "%s, %v\n", s.Why, err)
	return 0
}

// A sandbox or a kernel without memory for it refuses the first splice: the other
// way of moving bytes takes over, and none is lost.
func TestSpliceRefused(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.EPERM, syscall.ENOMEM, syscall.EACCES, syscall.ENOSYS, syscall.EINVAL,
		syscall.EBADF} {
		t.Setenv(errnoVar, strconv.Itoa(int(errno)))
		c := startChildAs(t, "sandboxed", "")
		for range 20 {
			send(t, c.write, ample)
			expect(t, c.peer, ample)
			send(t, c.peer, ample)
			expect(t, c.read, ample)
		}
		c.peer.Close()
		expectEnd(t, c.read)
		c.write.Close()
		c.wait()
		if !strings.Contains(c.stderr.String(), string(NetworkEnded)+", <nil>") {
			t.Errorf("%v: ended with %s", errno, &c.stderr)
		}
	}
}

// Within a transfer it ends the session, and the error says why.
func TestSpliceFailsLater(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.EPERM, syscall.ENOMEM} {
		t.Setenv(errnoVar, "later "+strconv.Itoa(int(errno)))
		c := startChildAs(t, "sandboxed", "")
		c.signal(syscall.SIGUSR1)
		go func() { // until the filter stands
			for {
				if _, err := c.write.Write([]byte("x")); err != nil {
					return
				}
			}
		}()
		go plainly(discard{}, c.peer)
		expectEnd(t, c.read)
		c.wait()
		if !strings.Contains(c.stderr.String(), string(Failed)+", "+errno.Error()) {
			t.Errorf("%v: ended with %s", errno, &c.stderr)
		}
	}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

// If something cannot be set up, that is an error, not the end of a session.
func TestNoDescriptorsLeft(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cmd := helperCommand("", l.Addr().String())
	cmd.Env = append(cmd.Env, roleVar+"=starved")
	cmd.Stderr = nil
	in, write := pipe(t)
	defer write.Close()
	cmd.Stdin = in
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil || said.String() != "failed, too many open files\n" {
		t.Errorf("%v, %q", err, said.String())
	}
}

// socketChild is a helper that talks over a socketpair, whose other end, ssh, it
// holds too, as libssh and others leave it to theirs.
func socketChild(t *testing.T, role string) (c *child, ssh *os.File) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ssh, helper := socketpair(t)
	c = &child{t: t, cmd: helperCommand("run", l.Addr().String())}
	c.cmd.Env = append(c.cmd.Env, roleVar+"="+role)
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = helper, helper, &c.stderr
	c.cmd.ExtraFiles = []*os.File{ssh}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.cmd.Process.Kill() })
	helper.Close()
	c.peer = accept(t, l)
	return c, pollable(t, ssh)
}

// Such a client sends a signal and waits for the helper to exit. All that it has written
// arrives, and the helper does not wait for the end of an input that cannot end.
func TestSignalWhereInputCannotEnd(t *testing.T) {
	for i := range 30 {
		s := []os.Signal{syscall.SIGTERM, syscall.SIGHUP}[i%2]
		c, ssh := socketChild(t, "patient")
		send(t, ssh, "up")
		expect(t, c.peer, "up")
		send(t, ssh, ample+"DISCONNECT")
		ssh.Close()
		c.signal(s)
		expect(t, c.peer, ample+"DISCONNECT")
		expectEnd(t, c.peer)
		c.peer.Close()
		c.wait()
		if !strings.Contains(c.stderr.String(), string(SSHGone)+", <nil>") {
			t.Fatalf("%v: ended with %s", s, &c.stderr)
		}
	}
}
