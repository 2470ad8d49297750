//go:build linux

package e2e

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A full stderr that nobody reads does not block a login: ssh itself would print nothing,
// so a warning that nobody reads must not delay it.
func TestUnreadStderr(t *testing.T) {
	for _, way := range []string{plainly, fdpass} {
		for _, flags := range []string{"", "-v "} {
			v := newVisit(t)
			v.sshConfig(strings.Replace(way, "rdnsproxy ", "rdnsproxy "+flags, 1))
			cmd := v.command("ssh", "my.example.com", "echo hello")
			cmd.Stderr = fullPipe(t)
			if out, err := cmd.Output(); err != nil || string(out) != "hello\n" {
				t.Errorf("%q: %q, %v", way+flags, out, err)
			}
		}
	}
}

// fullPipe returns the write end of a full pipe.
func fullPipe(t *testing.T) *os.File {
	t.Helper()
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(ends[0]) })
	for block := make([]byte, 4096); ; {
		if _, err := unix.Write(ends[1], block); err == unix.EAGAIN {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.SetNonblock(ends[1], false); err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(ends[1]), "full")
	t.Cleanup(func() { f.Close() })
	return f
}
