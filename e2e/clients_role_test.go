//go:build linux && clients

package e2e

import (
	"os"
	"strings"
	"testing"
)

func init() { programsNeeded = append(programsNeeded, "ansible-playbook", "ansible-lint") }

// TestClientAnsibleRole runs examples/ansible: hosts that do not pass are not connected to,
// check mode writes nothing, and a second run changes nothing.
func TestClientAnsibleRole(t *testing.T) {
	v := newVisit(t)
	v.must(do("cp", "-r", "../examples/ansible", home+"/play"))
	v.must(do("chown", "-R", "chris", home+"/play"))
	run := func(argv ...string) outcome {
		cmd := v.command(argv...)
		cmd.Dir = home + "/play"
		cmd.Env = append(cmd.Env, "ANSIBLE_NOCOLOR=1", "NO_COLOR=1", "LC_ALL=C.UTF-8", "ANSIBLE_DEVEL_WARNING=0", "ANSIBLE_SSH_ARGS=-o ControlMaster=no")
		return v.finish(cmd, nil)
	}
	if o := run("ansible-lint", "--offline", "--strict", "--profile", "production", "site.yml", "roles/rdnsproxy"); o.status != 0 {
		t.Errorf("ansible-lint: %s%s", o.out, o.err)
	}
	written := home + "/.ssh/rdnsproxy.conf"
	play := func(inventory string, more ...string) outcome {
		v.write(home+"/play/inventory", inventory)
		return run(append([]string{"ansible-playbook", "-i", "inventory", "site.yml", "-e", "ansible_python_interpreter=" + python,
			"-e", "rdnsproxy_ssh_config=" + written}, more...)...)
	}
	says := func(o outcome, status int, all ...string) {
		t.Helper()
		for _, want := range all {
			if o.status != status || !strings.Contains(o.out, want) {
				t.Errorf("status %d, want %d and %q:\n%s%s", o.status, status, want, o.out, o.err)
				return
			}
		}
	}
	if o := play("good ansible_host=exact.example.com\n", "--syntax-check"); o.status != 0 {
		t.Errorf("%+v", o)
	}

	// The article's host is refused before anything is connected to, and the others go on.
	o := play("good ansible_host=exact.example.com\nbad ansible_host=my.example.com\nworse ansible_host=a..b\nhere ansible_connection=local\n", "--limit", "all")
	says(o, 2, "fatal: [bad]: FAILED!", strings.TrimPrefix(articleWarning, "rdnsproxy: warning: "), "fatal: [worse]: FAILED!", "TASK [Reach the machine]")
	if _, reached, _ := strings.Cut(o.out, "TASK [Reach the machine]"); !strings.Contains(reached, "ok: [good]") || strings.Contains(reached, "ok: [bad]") {
		t.Errorf("%s", o.out)
	}
	if got := strings.Count(v.sshdSaid(sshdPlain), "Accepted publickey"); got == 0 {
		t.Error("nobody has logged in")
	}

	// What could not be determined is not connected to either; a threshold is obeyed.
	says(play("dark ansible_host=undetermined.example.com\n"), 2, "fatal: [dark]: FAILED!")
	says(play("good ansible_host=missing.example.com\n", "-e", "rdnsproxy_fail_on=notice"), 2, "fatal: [good]: FAILED!")
	says(play("bad ansible_host=mismatch.example.com\n", "-e", "rdnsproxy_fail_on=error"), 0, "ok: [bad]")
	// Without a check nothing is connected to.
	says(play("good ansible_host=exact.example.com\n", "-e", "rdnsproxy_program=/nonexistent"), 2, "fatal: [good")
	says(play("good ansible_host=exact.example.com\n", "-e", "rdnsproxy_fail_on=often"), 2, "expected notice, warning, error or never")
	// The host key is judged.
	says(play("good ansible_host=exact.example.com\n", "-e", `{"rdnsproxy_dns_only": false, "rdnsproxy_flags": ["--expect-hostkey=SHA256:`+strings.Repeat("A", 43)+`"]}`), 2, "fatal: [good]: FAILED!")

	v.must(os.Remove(written))
	says(play("good ansible_host=exact.example.com\n", "--check"), 0, "localhost                  : ok=1    changed=1")
	if _, err := os.Stat(written); err == nil {
		t.Error("check mode has written")
	}
	says(play("good ansible_host=exact.example.com\n"), 0, "localhost                  : ok=1    changed=1")
	says(play("good ansible_host=exact.example.com\n"), 0, "localhost                  : ok=1    changed=0", "good                       : ok=3    changed=0")

	// ssh uses what was written.
	v.sshConfig("Include rdnsproxy.conf\n")
	if o := v.ssh("my.example.com", "true"); !strings.HasPrefix(o.err, articleWarning) {
		t.Errorf("%+v", o)
	}
}
