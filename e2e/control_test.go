//go:build linux

package e2e

import (
	"os"
	"strings"
	"testing"
)

const persistent = "Host *\n\tControlMaster auto\n\tControlPath ~/.ssh/control-%C\n\tControlPersist 60\n" + plainly

// Where ssh has pointed the helper's stderr at /dev/null, the warning still
// reaches the person at the terminal; a connection that is used again is not
// checked again.
func TestControlPersist(t *testing.T) {
	v := newVisit(t)
	v.sshConfig(persistent)
	t.Cleanup(func() { v.run("ssh", "-O", "exit", "my.example.com") })

	// One shell for both, as people have: it is the shell whose end hangs up.
	screen, status := v.onTerminal("sh", "-c", "ssh my.example.com echo hello; ssh my.example.com echo again")
	if status != 0 || !strings.HasPrefix(screen, articleWarning+"\n") || !strings.HasSuffix(screen, "\nhello\nagain\n") {
		t.Errorf("status %d, screen\n%s", status, screen)
	}
}

// Who has silenced ssh has silenced the program: nothing is sprayed on the
// terminal past ssh's own stderr.
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

// Without ControlPersist as well.
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

// A redirection behind the ProxyCommand is the user's own word, whatever ssh does
// with its helper's stderr.
func TestRedirectedByUser(t *testing.T) {
	for _, config := range []string{persistent, plainly} {
		v := newVisit(t)
		v.sshConfig(strings.Replace(config, "%h %p", "%h %p 2>/dev/null", 1))
		t.Cleanup(func() { v.run("ssh", "-O", "exit", "my.example.com") })
		if screen, status := v.onTerminal("ssh", "my.example.com", "echo hello"); status != 0 || screen != "hello\n" {
			t.Errorf("status %d, screen\n%s", status, screen)
		}
		v.run("ssh", "-O", "exit", "my.example.com")
	}
}
