//go:build linux

package e2e

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A relay that exits as soon as ssh does loses ssh's last message: sshd then logs a lost
// connection instead of a closed one.
func TestDisconnectArrives(t *testing.T) {
	v := newVisit(t)
	const sessions = 30
	turn := make(chan struct{}, 5)
	var all sync.WaitGroup
	for range sessions {
		turn <- struct{}{}
		s := v.begin("exact.example.com", echoing)
		all.Go(func() {
			defer func() { <-turn }()
			s.release("")
		})
	}
	all.Wait()
	v.eventually("sshd is done with every session", func() bool {
		said := v.sshdSaid(sshdPlain)
		return strings.Count(said, "Disconnected from user")+strings.Count(said, "Closing connection to") >= sessions
	})
	if got := strings.Count(v.sshdSaid(sshdPlain), ":11: disconnected by user"); got != sessions {
		t.Errorf("%d of %d sessions ended with ssh's disconnect", got, sessions)
	}
}

// 256 MiB in both directions at once, through pipes and with fdpass.
func TestBulk(t *testing.T) {
	for name, config := range map[string]string{"pipes": plainly, "fdpass": fdpass} {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t)
			v.sshConfig(config)
			const size = 256 << 20
			sent, got := sha256.New(), sha256.New()
			cmd := v.command("ssh", "exact.example.com", "cat")
			cmd.Stdin = io.TeeReader(io.LimitReader(rand.NewChaCha8([32]byte{}), size), sent)
			n := &counted{w: got}
			var errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = n, &errs
			if err := cmd.Run(); err != nil {
				t.Fatalf("%v: %s", err, &errs)
			}
			if n.n != size || !bytes.Equal(sent.Sum(nil), got.Sum(nil)) {
				t.Errorf("%d bytes of %d came back, or other ones", n.n, size)
			}
		})
	}
}

// The relay works differently in each direction, so each is tested alone.
func TestBulkOneWay(t *testing.T) {
	v := newVisit(t)
	const size = 256 << 20
	sent := sha256.New()
	o := v.finish(v.command("ssh", "exact.example.com", "tee big | sha256sum"),
		io.TeeReader(io.LimitReader(rand.NewChaCha8([32]byte{1}), size), sent))
	want := fmt.Sprintf("%x", sent.Sum(nil))
	if !strings.HasPrefix(o.out, want) {
		t.Fatalf("upwards: %+v, want %s", o, want)
	}
	got := sha256.New()
	cmd := v.command("ssh", "exact.example.com", "cat big")
	cmd.Stdout = got
	if err := cmd.Run(); err != nil || fmt.Sprintf("%x", got.Sum(nil)) != want {
		t.Errorf("downwards: %v, %x, want %s", err, got.Sum(nil), want)
	}
}

// ssh is stopped for a while: nothing is lost, and the relay does not spin while nobody
// reads from it.
func TestStalledSSH(t *testing.T) {
	v := newVisit(t)
	const size = 64 << 20
	cmd := v.command("ssh", "exact.example.com", fmt.Sprintf("head -c %d /dev/zero | tr '\\0' x", size))
	out, err := cmd.StdoutPipe()
	v.must(err)
	v.must(cmd.Start())
	_, err = io.CopyN(io.Discard, out, 1<<20)
	v.must(err)
	v.must(cmd.Process.Signal(syscall.SIGSTOP))
	pids := helpers()
	if len(pids) != 1 {
		t.Fatalf("helpers: %v", pids)
	}
	time.Sleep(500 * time.Millisecond) // until its pipe is full
	before := processorTime(t, pids[0])
	time.Sleep(3 * time.Second)
	if took := processorTime(t, pids[0]) - before; took > 500*time.Millisecond {
		t.Errorf("%v of processor time in 3 s of waiting", took)
	}
	v.must(cmd.Process.Signal(syscall.SIGCONT))
	n, err := io.Copy(io.Discard, out)
	if waited := cmd.Wait(); err != nil || waited != nil || n != size-1<<20 {
		t.Errorf("%d bytes, %v, %v", n, err, waited)
	}
}

// ssh is killed, so it closes nothing properly, and still no relay stays.
func TestKilledSSH(t *testing.T) {
	v := newVisit(t)
	s := v.hold("my.example.com", echoing)
	if len(helpers()) != 1 {
		t.Fatalf("helpers: %v", helpers())
	}
	v.must(s.cmd.Process.Kill())
	s.cmd.Wait()
	v.eventually("the helper ends after its ssh", func() bool { return len(helpers()) == 0 })
	v.eventually("sshd notices", func() bool { return strings.Contains(v.sshdSaid(sshdPlain), "Closing connection to 192.168.1.243") })
}

// The server's process dies during a session: everything it has sent arrives, and ssh
// sees the end.
func TestKilledServer(t *testing.T) {
	v := newVisit(t)
	s := v.hold("exact.example.com", "echo ready; read go; kill -9 $PPID; sleep 60")
	if got := s.release("go\n"); got.status != 255 {
		t.Errorf("%+v", got)
	}
}

// 200 sessions at once: each gets its own data back, and no relay is left.
func TestManySessions(t *testing.T) {
	v := newVisit(t)
	const sessions = 200
	all := make([]*held, sessions)
	for i := range all {
		all[i] = v.begin("exact.example.com", echoing)
	}
	for i, s := range all {
		if line, err := s.out.ReadString('\n'); err != nil || line != "ready\n" {
			t.Fatalf("session %d: %q, %v, stderr %q", i, line, err, &s.errs)
		}
	}
	if n := len(helpers()); n != sessions {
		t.Errorf("%d helpers for %d sessions", n, sessions)
	}
	for i, s := range all {
		last := fmt.Sprintf("last words of %d\n", i)
		if got := s.release(last); got != (outcome{last, "", 0}) {
			t.Errorf("session %d: %+v", i, got)
		}
	}
}

// processorTime returns the CPU time of a process, user and system.
func processorTime(t *testing.T, pid int) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var ticks int64
	for _, f := range fields[11:13] { // utime and stime of proc(5), in hundredths of a second
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// counted counts the bytes that pass.
type counted struct {
	w io.Writer
	n int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
