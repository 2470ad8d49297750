//go:build linux

package e2e

import (
	"strings"
	"testing"
)

// The test environment itself, with nc in place of the program: a failure here is not
// the program's fault.
func TestLaboratory(t *testing.T) {
	v := newVisit(t)
	v.sshConfig("Host *\n\tProxyCommand nc %h %p\n")
	for _, host := range []string{"my.example.com", "exact6.example.com", "malformed.example.com"} {
		if o := v.ssh(host, "echo", "there"); o != (outcome{"there\n", "", 0}) {
			t.Errorf("%s: %+v", host, o)
		}
	}
	screen, status := v.onTerminal("ssh", "-t", "my.example.com", "tty; id -un")
	if status != 0 || !strings.Contains(screen, "/dev/pts/") || !strings.Contains(screen, "chris\n") {
		t.Errorf("status %d, screen %q", status, screen)
	}
	v.ssh("-p", sshdUseDNS, "my.example.com", "true")
	want := "reverse mapping checking getaddrinfo for 192-168-1-243.foo.bar.net [192.168.1.243] failed."
	v.eventually("sshd's complaint", func() bool { return strings.Contains(v.sshdSaid(sshdUseDNS), want) })
}
