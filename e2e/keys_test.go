//go:build linux

package e2e

import (
	"net/netip"
	"strings"
	"testing"
)

const (
	ctrlC         = "\x03"
	ctrlBackslash = "\x1c"
)

// sftp starts its ssh with interrupts ignored, and ssh's children inherit that: Ctrl-C
// ends a transfer, not the connection.
func TestInterruptedTransfer(t *testing.T) {
	v := newVisit(t)
	term := v.terminal()
	cmd := term.command("sftp", "exact.example.com")
	v.must(cmd.Start())
	term.shows("sftp> ")
	term.press(ctrlC)
	term.press("pwd\n")
	term.shows("Remote working directory: " + home)
	term.press("bye\n")
	if screen, status := term.wait(cmd); status != 0 || strings.Contains(screen, "Connection closed") {
		t.Errorf("status %d, screen\n%s", status, screen)
	}
}

// Ctrl-C or Ctrl-\ while the server does not answer ends ssh and the relay.
func TestInterruptedConnecting(t *testing.T) {
	for name, key := range map[string]string{"Ctrl-C": ctrlC, "Ctrl-Backslash": ctrlBackslash} {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t)
			fullBacklog(t, netip.MustParseAddrPort("198.51.100.10:2022"))
			term := v.terminal()
			// The terminal outlives ssh, as under a shell, so late output of the relay is seen.
			cmd := term.command("sh", "-c", "trap : INT QUIT; ssh -p 2022 exact.example.com; sleep 1; echo over")
			v.must(cmd.Start())
			v.eventually("the helper connects", func() bool { return holdsSocket(helpers()) })
			term.press(key)
			v.eventually("the helper ends as well", func() bool { return len(helpers()) == 0 })
			term.shows("over")
			cmd.Wait()
			if screen := term.screen(); strings.Contains(screen, "goroutine") || strings.Contains(screen, "panic") || strings.Contains(screen, "SIGQUIT") {
				t.Errorf("screen\n%s", screen)
			}
		})
	}
}

// At a password prompt the input goes to ssh, and the program's messages are above it.
func TestPromptAfterWarning(t *testing.T) {
	v := newVisit(t)
	term := v.terminal()
	cmd := term.command("ssh", "-o", "BatchMode=no", "-o", "StrictHostKeyChecking=ask", "-o", "UserKnownHostsFile=/dev/null", "my.example.com", "echo hello")
	v.must(cmd.Start())
	term.shows("(yes/no/[fingerprint])? ")
	if screen := term.screen(); !strings.HasPrefix(screen, articleWarning+"\n") || strings.Contains(screen[strings.Index(screen, "authenticity"):], "rdnsproxy: ") {
		t.Errorf("screen\n%s", screen)
	}
	term.press("yes\n")
	if screen, status := term.wait(cmd); status != 0 || !strings.HasSuffix(screen, "\nhello\n") {
		t.Errorf("status %d, screen\n%s", status, screen)
	}
}
