package sshconf

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// printed lists the keywords that the installed ssh -G prints, in its order. The
// options have it print those without a default.
func printed(t *testing.T, options ...string) (keywords []string) {
	t.Helper()
	args := []string{"-G", "-F", "none"}
	for _, o := range options {
		args = append(args, "-o", o)
	}
	out, err := exec.Command("ssh", append(args, "web")...).Output()
	if err != nil {
		t.Fatal(err)
	}
	for ln := range strings.Lines(string(out)) {
		k, _, _ := strings.Cut(strings.TrimSpace(ln), " ")
		if k = lower(k); !slices.Contains(keywords, k) {
			keywords = append(keywords, k)
		}
	}
	return keywords
}

// all are options that set what ssh -G would not print otherwise.
var all = []string{
	"BindAddress b", "BindInterface lo", "ControlPath /x", "HostKeyAlias h", "IPQoS ef",
	"GSSAPIClientIdentity c", "GSSAPIServerIdentity s", "KnownHostsCommand /x", "RevokedHostKeys /x",
	"CertificateFile /x", "IdentityAgent /x", "IgnoreUnknown x", "LocalCommand x", "RemoteCommand x",
	"PreferredAuthentications x", "SendEnv X", "SetEnv A=b", "LocalForward 1 a:2", "RemoteForward 1 a:2",
	"DynamicForward 1", "PKCS11Provider /x", "KbdInteractiveDevices x", "ServerAliveInterval 1",
}

// TestTableIsComplete: each keyword that the installed ssh prints has a row. A newer
// ssh may print a new one: give it a row, at least one that leaves it to ssh.
func TestTableIsComplete(t *testing.T) {
	for _, k := range append(printed(t, append(all, "ProxyCommand x")...), printed(t, "ProxyJump gate")...) {
		if byName(k) == nil && k != "host" { // the name that was asked for
			t.Errorf("ssh -G prints %s, and the table has no row for it", k)
		}
	}
}

// TestTableIsSSHs: each row is a keyword of the installed ssh.
func TestTableIsSSHs(t *testing.T) {
	for _, row := range table {
		said, _ := exec.Command("ssh", "-G", "-F", "none", "-o", row.name+" x", "web").CombinedOutput()
		if row.name != lower(row.name) || strings.Contains(string(said), "Bad configuration option") {
			t.Errorf("%s is not a keyword: %s", row.name, said)
		}
	}
}

// TestTableIsSound: the rows agree with each other, and with ssh about the order
// and the defaults of what is told.
func TestTableIsSound(t *testing.T) {
	seen := make(map[string]bool)
	told := true
	for _, row := range table {
		if seen[row.name] {
			t.Errorf("%s has two rows", row.name)
		}
		seen[row.name] = true
		if row.told && !told {
			t.Errorf("%s is told, and stands among those that are not", row.name)
		}
		told = row.told
		for _, name := range append(slices.Clone(row.needs), row.with) {
			if name != "" && byName(name) == nil {
				t.Errorf("%s names %s, which has no row", row.name, name)
			}
		}
		for _, token := range row.tokens {
			if token != 'n' && tokenKeywords[byte(token)] == "" {
				t.Errorf("%s: nobody knows what %%%c stands for", row.name, token)
			}
		}
	}
	for _, proxy := range []string{"ProxyCommand x", "ProxyJump gate"} {
		ssh := printed(t, append(slices.Clone(all), proxy)...)
		ours := slices.DeleteFunc(Keywords(), func(k string) bool { return !slices.Contains(ssh, k) })
		ssh = slices.DeleteFunc(ssh, func(k string) bool { return !slices.Contains(ours, k) })
		if !slices.Equal(ours, ssh) {
			t.Errorf("ssh -G's order is\n%q, the table's\n%q", ssh, ours)
		}
		if len(ours) < len(Keywords())-1 {
			t.Errorf("%d of %d keywords are printed", len(ours), len(Keywords()))
		}
	}
}

// TestUntold: nothing that was asked for is left out in silence.
func TestUntold(t *testing.T) {
	for _, keyword := range []string{"hostkeyalgorithms", "nosuch"} {
		q := write(t, "")
		q.Keywords = []string{"port", keyword}
		if h, err := q.Lookup(t.Context()); err == nil || !strings.Contains(err.Error(), keyword) {
			t.Errorf("%+v, %v", h, err)
		}
	}
}
