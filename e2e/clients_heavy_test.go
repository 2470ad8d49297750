//go:build linux && clients

package e2e

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// These clients are large: make test-clients installs them and runs these tests.
func init() {
	programsNeeded = append(programsNeeded, "mosh", "mosh-server", "ansible")
}

// If told so, mosh asks the server for its address, and its ssh then uses ~/.ssh/config
// like any other.
func TestClientMosh(t *testing.T) {
	v := newVisit(t)
	screen, status := v.mosh("--experimental-remote-ip=remote")
	if status != 0 || !strings.Contains(screen, "there since ") || strings.Count(screen, articleWarning) != 1 {
		t.Errorf("status %d, screen %q", status, screen)
	}
}

// By default mosh uses a ProxyCommand of its own that reports the address, so the check
// is bypassed, with README's lines for one host and for all.
func TestClientMoshBypasses(t *testing.T) {
	v := newVisit(t)
	for _, config := range []string{plainly, "Host my.example.com\n\tProxyCommand rdnsproxy %h %p\n"} {
		v.sshConfig(config)
		screen, status := v.mosh()
		if status != 0 || !strings.Contains(screen, "there since ") || strings.Contains(screen, "rdnsproxy: ") {
			t.Errorf("%sstatus %d, screen %q", config, status, screen)
		}
	}
}

// mosh runs a command on the server, over UDP, at a terminal. The mosh server exits with
// the command.
func (v *visit) mosh(args ...string) (screen string, status int) {
	v.t.Helper()
	term := v.terminal()
	argv := append([]string{"mosh"}, args...)
	// The client shows the screen at intervals, not all that was written to it.
	cmd := term.command(append(argv, "my.example.com", "--", "sh", "-c", "echo there since $$; sleep 1")...)
	for i, e := range cmd.Env {
		switch name, _, _ := strings.Cut(e, "="); name {
		case "LANG":
			cmd.Env[i] = "LANG=C.UTF-8" // mosh insists on UTF-8
		case "TERM":
			cmd.Env[i] = "TERM=xterm"
		}
	}
	screen, status = term.run(cmd)
	v.eventually("mosh's server ends", func() bool { return len(running("mosh-server")) == 0 })
	return screen, status
}

// ansible runs one module on the article's host.
func (v *visit) ansible(args ...string) outcome {
	v.t.Helper()
	cmd := v.command(append([]string{"ansible", "all", "-i", "my.example.com,", "-e", "ansible_python_interpreter=" + python}, args...)...)
	cmd.Env = append(cmd.Env, "ANSIBLE_NOCOLOR=1", "LC_ALL=C.UTF-8", "ANSIBLE_DEVEL_WARNING=0")
	o := v.finish(cmd, nil)
	// Ansible's ssh stays for a minute as a master, and the relay with it.
	v.run("sh", "-c", "for c in .ansible/cp/*; do ssh -O exit -o ControlPath=$c my.example.com; done")
	return o
}

// Ansible drops ssh's stderr if a module succeeds.
func TestClientAnsiblePing(t *testing.T) {
	v := newVisit(t)
	o := v.ansible("-m", "ping")
	if o.status != 0 || !strings.HasPrefix(o.out, "my.example.com | SUCCESS => ") || !strings.Contains(o.out, `"ping": "pong"`) {
		t.Errorf("%+v", o)
	}
	if strings.Contains(o.out+o.err, "rdnsproxy") {
		t.Errorf("Ansible shows the warning now; README says that it does not: %+v", o)
	}
	// The log file has it.
	v.sshConfig("Host *\n\tProxyCommand rdnsproxy --log-file ~/log %h %p\n")
	if o := v.ansible("-m", "ping"); o.status != 0 || !strings.Contains(v.content(home+"/log"), strings.TrimPrefix(articleWarning, "rdnsproxy: warning: ")) {
		t.Errorf("%+v", o)
	}
}

// The raw module reports ssh's stderr as the command's.
func TestClientAnsibleRaw(t *testing.T) {
	v := newVisit(t)
	o := v.ansible("-m", "raw", "-a", "echo hello; exit 7")
	o.out = strings.ReplaceAll(o.out, "\r", "") // its ssh requests a terminal on the server
	if o.status != 2 || !strings.Contains(o.out, "my.example.com | FAILED | rc=7 >>\nhello\n") || strings.Count(o.out, said) != 1 {
		t.Errorf("%+v", o)
	}
}

// A file is copied completely, through sftp as Ansible runs it.
func TestClientAnsibleCopy(t *testing.T) {
	v := newVisit(t)
	want := v.big("big")
	if o := v.ansible("-m", "copy", "-a", "src=big dest=there"); o.status != 0 || v.sum("there") != want {
		t.Errorf("%+v", o)
	}
	o := v.ansible("-m", "fetch", "-a", "src=there dest=back flat=yes")
	_, object, _ := strings.Cut(o.out, "=> ")
	var done struct{ Changed bool }
	if err := json.Unmarshal([]byte(object), &done); o.status != 0 || err != nil || !done.Changed || v.sum("back") != want {
		t.Errorf("%+v, %v", o, err)
	}
}

// AsyncSSH, with the proxy named in the program and with that of ~/.ssh/config.
// It takes its proxy's stderr for lines of the server before the identification (RFC
// 4253, section 4.2), so the warning appears only in the log file, and a line that came
// later would end the connection.
func TestClientAsyncSSH(t *testing.T) {
	v := newVisit(t)
	want := v.big("big")
	client := v.script("asyncssh_client.py")
	proxy := []string{"rdnsproxy", "--log-file", home + "/log", "my.example.com", "22"}
	v.sshConfig("Host *\n\tProxyCommand " + strings.Join(proxy, " ") + "\n")
	for range 5 {
		for _, proxy := range [][]string{nil, proxy} {
			v.must(os.RemoveAll(home + "/log"))
			o := v.run(append([]string{python, "-W", "ignore", client, "my.example.com", "echo hello; echo oh >&2; exit 7", "big"}, proxy...)...)
			if o != (outcome{"hello\nstatus 7\n" + strings.Repeat(want+"\n", 3), "oh\n", 0}) {
				t.Errorf("%q: %+v", proxy, o)
			}
			if log := v.content(home + "/log"); !strings.Contains(log, strings.TrimPrefix(articleWarning, "rdnsproxy: warning: ")) {
				t.Errorf("%q: log %q", proxy, log)
			}
		}
	}
}
