package relay

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal gives both sides of a pseudo-terminal that passes bytes as they are.
func terminal(t *testing.T) (user, tty *os.File) {
	t.Helper()
	ptmx, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	user = os.NewFile(uintptr(ptmx), "user")
	t.Cleanup(func() { user.Close() })
	if err := unix.IoctlSetPointerInt(ptmx, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(ptmx, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Open(fmt.Sprintf("/dev/pts/%d", n), unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	tty = os.NewFile(uintptr(fd), "tty")
	t.Cleanup(func() { tty.Close() })
	modes, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	modes.Lflag &^= unix.ICANON | unix.ECHO | unix.ISIG
	modes.Iflag, modes.Oflag = 0, 0
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, modes); err != nil {
		t.Fatal(err)
	}
	user.SetDeadline(time.Now().Add(hangs))
	return user, tty
}

func blocks(t *testing.T, f *os.File) bool {
	t.Helper()
	fd, err := descriptor(f)
	if err != nil {
		t.Fatal(err)
	}
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	if err != nil {
		t.Fatal(err)
	}
	return flags&unix.O_NONBLOCK == 0
}

func TestSocketpairOnBothDescriptors(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		ssh, helper := socketpair(t)
		ssh = pollable(t, ssh)
		fd, err := unix.FcntlInt(helper.Fd(), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		r := newRig(t)
		r.pipes.Grace = hangs
		r.pipes.In, r.pipes.Out = helper, os.NewFile(uintptr(fd), "out")
		r.start(run)
		send(t, ssh, ample)
		expect(t, r.peer, ample)
		send(t, r.peer, "down")
		expect(t, ssh, "down")
		r.peer.CloseWrite()
		expectEnd(t, ssh) // though the descriptor for input is still open
		send(t, ssh, "last words")
		ssh.Close()
		expect(t, r.peer, "last words")
		expectEnd(t, r.peer)
		r.end(NetworkEnded)
		if !blocks(t, helper) {
			t.Error("the socket was left non-blocking")
		}
	})
}

func TestSocketpairClosedByItsPeer(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		ssh, helper := socketpair(t)
		r := newRig(t)
		r.pipes.In, r.pipes.Out = helper, helper
		r.start(run)
		send(t, ssh, "last words")
		ssh.Close()
		expect(t, r.peer, "last words")
		expectEnd(t, r.peer)
		r.end(SSHGone)
	})
}

// The flag belongs to the open file. Others that share it, a stderr under 2>&1 or a shell,
// must find it as it was.
func TestModesAreRestored(t *testing.T) {
	r := newRig(t)
	shared, err := unix.FcntlInt(r.pipes.Out.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	stderr := os.NewFile(uintptr(shared), "stderr")
	defer stderr.Close()
	r.start(Pipes.Run)
	send(t, r.write, "x")
	expect(t, r.peer, "x")
	if blocks(t, r.pipes.In) || blocks(t, stderr) {
		t.Error("the loop runs over descriptors that block")
	}
	r.peer.Close()
	r.write.Close()
	r.end(NetworkEnded)
	if !blocks(t, r.pipes.In) || !blocks(t, stderr) {
		t.Error("a descriptor was left non-blocking")
	}
}

func TestTerminalKeepsItsMode(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		user, tty := terminal(t)
		r := newRig(t)
		r.pipes.In, r.pipes.Out = tty, tty
		r.pipes.Grace = 50 * time.Millisecond
		r.start(run)
		send(t, user, "typed")
		expect(t, r.peer, "typed")
		page := strings.Repeat("page ", 4000) // more than a terminal takes at once
		go r.peer.Write([]byte(page))
		expect(t, user, page)
		if !blocks(t, tty) {
			t.Error("the terminal was made non-blocking")
		}
		user.Close() // a hang-up
		r.end(SSHGone)
	})
}

func TestRegularFiles(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		dir := t.TempDir()
		text := strings.Repeat(ample, 40)
		if err := os.WriteFile(filepath.Join(dir, "in"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		in, err := os.Open(filepath.Join(dir, "in"))
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		out, err := os.Create(filepath.Join(dir, "out"))
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		r := newRig(t)
		r.pipes.In, r.pipes.Out = in, out
		r.start(run)
		expect(t, r.peer, text)
		expectEnd(t, r.peer)
		send(t, r.peer, text)
		r.peer.Close()
		r.end(NetworkEnded)
		if got, err := os.ReadFile(out.Name()); err != nil || string(got) != text {
			t.Errorf("the file holds %d bytes of %d, %v", len(got), len(text), err)
		}
	})
}

func TestFullDisk(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		out, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		r := newRig(t)
		r.pipes.Out, r.pipes.Grace = out, 50*time.Millisecond
		r.start(run)
		send(t, r.peer, "x")
		o := r.done()
		if o.Why != SSHGone || o.err == nil || !strings.Contains(o.err.Error(), "no space left") {
			t.Errorf("ended with %q, %v", o.Why, o.err)
		}
	})
}
