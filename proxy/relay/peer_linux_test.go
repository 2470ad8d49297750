package relay

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func init() {
	roles["libssh"] = libssh
	roles["awaiting"] = awaiting
}

// libssh starts a helper over a socketpair whose both ends the helper gets, says so,
// and then does nothing until it is killed.
func libssh() int {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	own, helper := os.NewFile(uintptr(fds[0]), "own"), os.NewFile(uintptr(fds[1]), "helper")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVar+"=awaiting")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = helper, helper, os.Stderr
	cmd.ExtraFiles = []*os.File{own}
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	time.Sleep(10 * hangs)
	return 3
}

// awaiting lives until its ssh has gone.
func awaiting() int {
	gone, _ := awaited(os.Stdout)
	fmt.Fprintln(os.Stderr, "waiting")
	<-gone
	fmt.Fprintln(os.Stderr, "gone")
	return 0
}

// A helper that holds the other end of its own socketpair never sees it closed, and
// ends all the same with the process that made it: be it killed before the watch
// begins or after.
func TestAwaitPeerProcess(t *testing.T) {
	for _, pause := range []time.Duration{0, 4 * firstLook} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), roleVar+"=libssh", "GORACE=atexit_sleep_ms=0")
		alive, held := pipe(t)
		alive = pollable(t, alive)
		cmd.Stderr = held
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		held.Close()
		expect(t, alive, "waiting\n")
		time.Sleep(pause)
		cmd.Process.Kill()
		cmd.Wait()
		var said strings.Builder
		if _, err := plainly(&said, alive); err != nil || said.String() != "gone\n" {
			t.Errorf("killed after %v: %v, %q", pause, err, said.String())
		}
	}
}
