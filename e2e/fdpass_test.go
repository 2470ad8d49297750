//go:build linux

package e2e

import (
	"strings"
	"testing"
)

const fdpass = "Host *\n\tProxyUseFdpass yes\n\tProxyCommand rdnsproxy --fdpass %h %p\n"

// With fdpass the connection belongs to ssh: it knows its peer, and no relay is left
// during the session.
func TestFdpass(t *testing.T) {
	v := newVisit(t)
	v.sshConfig(fdpass)
	o := v.ssh("-v", "my.example.com", "echo hello")
	if !strings.Contains(o.err, "Authenticated to my.example.com ([192.168.1.243]:22)") {
		t.Errorf("ssh does not know its peer: %s", o.err)
	}
	if !strings.Contains(o.err, articleWarning) || o.out != "hello\n" {
		t.Errorf("stdout %q, stderr %q", o.out, o.err)
	}

	s := v.hold("exact.example.com", echoing)
	v.eventually("the helper is gone while the session lasts", func() bool { return len(helpers()) == 0 })
	if got := s.release("still there\n"); got != (outcome{"still there\n", "", 0}) {
		t.Errorf("%+v", got)
	}
}

// Each half of the setting without the other gives an error that names what is missing.
func TestFdpassHalfConfigured(t *testing.T) {
	v := newVisit(t)
	v.sshConfig("Host *\n\tProxyCommand rdnsproxy --fdpass %h %p\n")
	o := v.run("ssh", "exact.example.com", "true")
	if o.status != 255 || !strings.HasPrefix(o.err, "rdnsproxy: ") || !strings.Contains(o.err, "ProxyUseFdpass yes") {
		t.Errorf("%+v", o)
	}
}

// The warning at a terminal is the same with fdpass and with pipes.
func TestFdpassAtTerminal(t *testing.T) {
	v := newVisit(t)
	piped, _ := v.onTerminal("ssh", "my.example.com", "true")
	v.sshConfig(fdpass)
	passed, status := v.onTerminal("ssh", "my.example.com", "true")
	if status != 0 || passed != piped || !strings.HasPrefix(passed, articleWarning+"\n") {
		t.Errorf("status %d, with pipes\n%swith fdpass\n%s", status, piped, passed)
	}
}
