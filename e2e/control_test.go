//go:build linux

package e2e

import (
	"os"
	"strings"
	"testing"
)

const persistent = "Host *\n\tControlMaster auto\n\tControlPath ~/.ssh/control-%C\n\tControlPersist 60\n" + plainly

// If ssh has pointed the relay's stderr at /dev/null, the warning still reaches the user
// at the terminal; a connection that is reused is not checked again.
func TestControlPersist(t *testing.T) {
	v := newVisit(t)
	v.sshConfig(persistent)
	t.Cleanup(func() { v.run("ssh", "-O", "exit", "my.example.com") })

	// One shell for both, as in real use: the terminal hangs up when the shell exits.
	screen, status := v.onTerminal("sh", "-c", "ssh my.example.com echo hello; ssh my.example.com echo again")
	if status != 0 || !strings.HasPrefix(screen, articleWarning+"\n") || !strings.HasSuffix(screen, "\nhello\nagain\n") {
		t.Errorf("status %d, screen\n%s", status, screen)
	}
}

// A user who silences ssh silences the program too: nothing is written to the terminal
// behind ssh's own stderr.
func TestControlPersistSilenced(t *testing.T) {
	v := newVisit(t)
	v.sshConfig(persistent)
	t.Cleanup(func() { v.run("ssh", "-O", "exit", "my.example.com") })

	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	v.must(err)
	defer null.Close()
	term := v.terminal()
	cmd := term.command("ssh", "my.example.com", "echo hello")
	cmd.Stderr = null
	if screen, status := term.run(cmd); status != 0 || screen != "hello\n" {
		t.Errorf("status %d, screen\n%s", status, screen)
	}
}

// The same without ControlPersist.
func TestSilenced(t *testing.T) {
	v := newVisit(t)
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	v.must(err)
	defer null.Close()
	term := v.terminal()
	cmd := term.command("ssh", "my.example.com", "echo hello")
	cmd.Stderr = null
	if screen, status := term.run(cmd); status != 0 || screen != "hello\n" {
		t.Errorf("status %d, screen\n%s", status, screen)
	}
}

// A redirection in the ProxyCommand is the user's own choice, whatever ssh does with its
// stderr.
func TestRedirectedByUser(t *testing.T) {
	for _, config := range []string{persistent, plainly} {
		v := newVisit(t)
		v.sshConfig(strings.Replace(config, "%p", "%p 2>/dev/null", 1))
		t.Cleanup(func() { v.run("ssh", "-O", "exit", "my.example.com") })
		if screen, status := v.onTerminal("ssh", "my.example.com", "echo hello"); status != 0 || screen != "hello\n" {
			t.Errorf("status %d, screen\n%s", status, screen)
		}
		v.run("ssh", "-O", "exit", "my.example.com")
	}
}
