//go:build linux

package e2e

import (
	"os"
	"strings"
	"testing"
)

// The wrappers need nothing in ~/.ssh/config: they bring the check along, and
// are otherwise the program that they wrap.
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

	o = v.run("rdnsproxy", "scp", "-q", "here", "my.example.com:there")
	if got, _ := os.ReadFile(home + "/there"); o.status != 0 || string(got) != "some content\n" || !strings.Contains(o.err, articleWarning) {
		t.Errorf("scp: %+v, arrived %q", o, got)
	}

	o = v.finish(v.command("rdnsproxy", "sftp", "-q", "-b", "-", "my.example.com"), strings.NewReader("get here back\n"))
	if got, _ := os.ReadFile(home + "/back"); o.status != 0 || string(got) != "some content\n" || !strings.Contains(o.err, articleWarning) {
		t.Errorf("sftp: %+v, arrived %q", o, got)
	}
}

// sftp and scp through the line in ~/.ssh/config.
func TestTransfers(t *testing.T) {
	v := newVisit(t)
	v.write(home+"/here", "some content\n")
	v.must(os.Chown(home+"/here", chris, chris))
	o := v.run("scp", "-q", "my.example.com:here", "there")
	if got, _ := os.ReadFile(home + "/there"); o.status != 0 || string(got) != "some content\n" || !strings.Contains(o.err, articleWarning) {
		t.Errorf("scp: %+v, arrived %q", o, got)
	}
	o = v.finish(v.command("sftp", "-q", "-b", "-", "my.example.com"), strings.NewReader("put here back\n"))
	if got, _ := os.ReadFile(home + "/back"); o.status != 0 || string(got) != "some content\n" || !strings.Contains(o.err, articleWarning) {
		t.Errorf("sftp: %+v, arrived %q", o, got)
	}
}

// git brings its own ssh, and shows its stderr to people: one line, and the
// protocol untouched.
func TestGit(t *testing.T) {
	v := newVisit(t)
	if o := v.run("git", "init", "-q", "--bare", "repository"); o.status != 0 {
		t.Fatalf("%+v", o)
	}
	o := v.run("git", "clone", "my.example.com:repository", "clone")
	if o.status != 0 || strings.Count(o.err, "rdnsproxy: ") != 1 || !strings.Contains(o.err, articleWarning+" ("+articleLine+")\n") {
		t.Errorf("%+v", o)
	}
	if _, err := os.Stat(home + "/clone/.git"); err != nil {
		t.Error(err)
	}
}

// A bastion that stands in the configuration, or on the command line, is not
// bypassed, and a ProxyCommand of the user's own is not displaced.
func TestWrapperLeavesProxiesAlone(t *testing.T) {
	v := newVisit(t)
	for _, c := range []struct {
		name, config string
		args         []string
	}{
		{"ProxyJump", "Host my.example.com\n\tProxyJump exact.example.com\n", []string{"my.example.com"}},
		{"-J", "", []string{"-J", "exact.example.com", "my.example.com"}},
		{"ProxyCommand", "Host my.example.com\n\tProxyCommand sh -c 'echo mine >&2; exec nc %h %p'\n", []string{"my.example.com"}},
	} {
		v.sshConfig(c.config)
		before := len(v.sshdSaid(sshdPlain))
		o := v.run(append(append([]string{"rdnsproxy", "ssh"}, c.args...), "echo $SSH_CONNECTION")...)
		if o.status != 0 || strings.Contains(o.err, "rdnsproxy: ") {
			t.Errorf("%s: %+v", c.name, o)
		}
		if got := strings.Count(v.sshdSaid(sshdPlain)[before:], "Accepted publickey"); c.name != "ProxyCommand" && got != 2 {
			t.Errorf("%s: %d logins, want one at the bastion and one behind it", c.name, got)
		}
		if c.name == "ProxyCommand" && !strings.Contains(o.err, "mine\n") {
			t.Errorf("%s: the user's own did not run: %+v", c.name, o)
		}
	}
}
