//go:build linux

package e2e

import (
	"os"
	"strings"
	"testing"
)

// ssh finds its configuration through the user database, and included files through
// $HOME.
func TestHomeElsewhere(t *testing.T) {
	v := newVisit(t)
	v.sshConfig("Include extra.conf ~/tilde.conf\n" + plainly)
	v.write(home+"/.ssh/extra.conf", "BindAddress 198.51.100.10\nConnectTimeout 7\n")
	v.write(home+"/tilde.conf", "Port "+sshdUseDNS+"\n")
	v.must(os.MkdirAll(home+"/other/.ssh", 0o755))
	v.write(home+"/other/.ssh/extra.conf", "BindAddress 198.51.100.77\nConnectTimeout 3\n")
	v.write(home+"/other/tilde.conf", "# nothing\n")
	for _, at := range []string{home, home + "/other", "/nonexistent"} {
		cmd := v.command("rdnsproxy", "check", "--print-config", "my.example.com")
		ssh := v.command("ssh", "-G", "my.example.com")
		cmd.Env, ssh.Env = append(cmd.Env, "HOME="+at), append(ssh.Env, "HOME="+at)
		got, want := v.finish(cmd, nil), v.finish(ssh, nil)
		for _, keyword := range []string{"port", "bindaddress", "connecttimeout"} {
			if g, w := valueOf(got.out, keyword), valueOf(want.out, keyword); g != w {
				t.Errorf("HOME=%s: %s %s, and ssh says %s", at, keyword, g, w)
			}
		}
		cmd = v.command("ssh", "my.example.com", "echo $SSH_CONNECTION")
		cmd.Env = append(cmd.Env, "HOME="+at)
		from, _, _ := strings.Cut(v.finish(cmd, nil).out, " ")
		if bind := valueOf(want.out, "bindaddress"); bind != "" && from != bind {
			t.Errorf("HOME=%s: connected from %s, want %s", at, from, bind)
		}
	}
}

// valueOf returns a keyword's value as ssh -G and --print-config print it.
func valueOf(out, keyword string) string {
	for ln := range strings.Lines(out) {
		if k, v, _ := strings.Cut(strings.TrimSpace(ln), " "); k == keyword {
			v, _, _ = strings.Cut(v, "\t")
			return v
		}
	}
	return ""
}

// A Match exec condition that clears the environment and runs a check, which evaluates
// the same condition, ends.
func TestMatchExecClearsEnvironment(t *testing.T) {
	v := newVisit(t)
	v.shim("count", "echo x >>"+home+"/count\nexec env -i PATH="+lab+":/usr/bin:/bin rdnsproxy check -q --dns-only \"$1\"\n")
	v.sshConfig("ConnectTimeout 20\nMatch exec \"" + home + "/bin/count %h\"\n\tPort " + sshdUseDNS + "\n" + plainly)
	o := v.ssh("exact.example.com", "echo $SSH_CONNECTION")
	if got := strings.Fields(o.out); len(got) != 4 || got[3] != sshdUseDNS {
		t.Errorf("%+v", o)
	}
	ran, err := os.ReadFile(home + "/count")
	if n := strings.Count(string(ran), "x"); err != nil || n < 1 || n > 8 {
		t.Errorf("the condition ran %d times, %v", n, err)
	}
}

// A file that can be read only once is left to ssh. (The shell's <(…) does not work with
// ssh, which closes inherited descriptors.)
func TestConfigurationOnce(t *testing.T) {
	v := newVisit(t)
	for _, program := range []string{"ssh", "rdnsproxy ssh"} {
		cmd := v.command("sh", "-c", "mkfifo once; cat .ssh/config >once & "+program+" -F once exact.example.com echo hello; status=$?; rm once; exit $status")
		if o := v.finish(cmd, nil); o.status != 0 || o.out != "hello\n" {
			t.Errorf("%s: %+v", program, o)
		}
	}
	cmd := v.command("sh", "-c", "mkfifo once; rdnsproxy check --dns-only -F once exact.example.com")
	if o := v.finish(cmd, nil); o.status != 2 || o.out != "" || !strings.Contains(o.err, "not a regular file (ssh's configuration is read more than once: write it to a regular file first)") {
		t.Errorf("%+v", o)
	}
}
