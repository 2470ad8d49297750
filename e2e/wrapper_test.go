//go:build linux

package e2e

import (
	"os"
	"strings"
	"testing"
)

// The wrappers need nothing in ~/.ssh/config: they add the check, and otherwise behave
// like the program that they wrap.
func TestWrappers(t *testing.T) {
	v := newVisit(t)
	v.sshConfig("")
	v.write(home+"/here", "some content\n")

	o := v.run("rdnsproxy", "ssh", "my.example.com", "echo hello; exit 7")
	if o.status != 7 || o.out != "hello\n" || !strings.Contains(o.err, articleWarning) {
		t.Errorf("ssh: %+v", o)
	}
	if o := v.run("rdnsproxy", "ssh", "exact.example.com", "echo hello"); o != (outcome{"hello\n", "", 0}) {
		t.Errorf("ssh: %+v", o)
	}

	o = v.run("rdnsproxy", "scp", "here", "my.example.com:there")
	if got, _ := os.ReadFile(home + "/there"); o.status != 0 || string(got) != "some content\n" || !strings.Contains(o.err, articleWarning) {
		t.Errorf("scp: %+v, arrived %q", o, got)
	}

	o = v.finish(v.command("rdnsproxy", "sftp", "-b", "-", "my.example.com"), strings.NewReader("get here back\n"))
	if got, _ := os.ReadFile(home + "/back"); o.status != 0 || string(got) != "some content\n" || !strings.Contains(o.err, articleWarning) {
		t.Errorf("sftp: %+v, arrived %q", o, got)
	}
}

// sftp and scp with the ProxyCommand in ~/.ssh/config.
func TestTransfers(t *testing.T) {
	v := newVisit(t)
	v.write(home+"/here", "some content\n")
	v.must(os.Chown(home+"/here", chris, chris))
	o := v.run("scp", "my.example.com:here", "there")
	if got, _ := os.ReadFile(home + "/there"); o.status != 0 || string(got) != "some content\n" || !strings.Contains(o.err, articleWarning) {
		t.Errorf("scp: %+v, arrived %q", o, got)
	}
	o = v.finish(v.command("sftp", "-b", "-", "my.example.com"), strings.NewReader("put here back\n"))
	if got, _ := os.ReadFile(home + "/back"); o.status != 0 || string(got) != "some content\n" || !strings.Contains(o.err, articleWarning) {
		t.Errorf("sftp: %+v, arrived %q", o, got)
	}
}

// A bastion in the configuration or on the command line is not bypassed, and a
// ProxyCommand of the user is not displaced.
func TestWrapperLeavesProxiesAlone(t *testing.T) {
	jump := "Host my.example.com\n\tProxyJump exact.example.com\n"
	own := "Host my.example.com\n\tProxyCommand sh -c 'echo mine >&2; exec nc $0 $1' %h %p\n"
	for _, c := range []struct {
		name, config string
		args         []string
		logins       int
	}{
		{"ProxyJump", jump, []string{"ssh", "my.example.com", "true"}, 2},
		{"-J", "", []string{"ssh", "-J", "exact.example.com", "my.example.com", "true"}, 2},
		{"-o ProxyJump", "", []string{"ssh", "-oProxyJump=exact.example.com", "my.example.com", "true"}, 2},
		{"scp and ProxyJump", jump, []string{"scp", "-q", "my.example.com:here", "there"}, 2},
		{"scp -J", "", []string{"scp", "-q", "-J", "exact.example.com", "here", "my.example.com:there"}, 2},
		{"sftp and ProxyJump", jump, []string{"sftp", "-q", "my.example.com:here", "there"}, 2},
		{"ProxyCommand", own, []string{"ssh", "my.example.com", "true"}, 1},
		{"-o ProxyCommand", "", []string{"ssh", "-o", "ProxyCommand sh -c 'echo mine >&2; exec nc $0 $1' %h %p", "my.example.com", "true"}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := newVisit(t)
			v.write(home+"/here", "some content\n")
			v.must(os.Chown(home+"/here", chris, chris))
			v.sshConfig(c.config)
			o := v.run(append([]string{"rdnsproxy"}, c.args...)...)
			if o.status != 0 || strings.Contains(o.err, "rdnsproxy: ") {
				t.Errorf("%+v", o)
			}
			if got := strings.Count(v.sshdSaid(sshdPlain), "Accepted publickey"); got != c.logins {
				t.Errorf("%d logins, want %d", got, c.logins)
			}
			if c.logins == 1 && o.err != "mine\n" {
				t.Errorf("the user's own ProxyCommand did not run: %+v", o)
			}
		})
	}
	v := newVisit(t)
	v.sshConfig(jump)
	if o := v.run("rdnsproxy", "ssh", "-v", "my.example.com", "true"); !strings.Contains(o.err, "nothing is checked") {
		t.Errorf("-v: %+v", o)
	}
}

// A policy in the configuration applies under the wrapper too.
func TestWrapperKeepsPolicy(t *testing.T) {
	v := newVisit(t)
	v.sshConfig("Host mismatch.example.com\n\tProxyCommand rdnsproxy --policy strict -- %h %p %n\n")
	if o := v.run("rdnsproxy", "ssh", "mismatch.example.com", "true"); o.status != 255 || !strings.Contains(o.err, "strict") {
		t.Errorf("%+v", o)
	}
}
