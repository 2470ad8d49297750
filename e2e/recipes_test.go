//go:build linux

package e2e

import (
	"os"
	"strings"
	"testing"
)

// Other common forms of the ProxyCommand line.
func TestForms(t *testing.T) {
	v := newVisit(t)
	for _, command := range []string{
		"rdnsproxy '%h' %p",
		"rdnsproxy %h %p",
		"rdnsproxy -- %h %p",
		"rdnsproxy --policy=warn -- %h %p %n",
		"rdnsproxy %h %p --policy warn",
		program + " %h %p",
	} {
		v.sshConfig("Host *\n\tProxyCommand " + command + "\n")
		o := v.ssh("my.example.com", "echo hello")
		if o.out != "hello\n" || !strings.HasPrefix(o.err, articleWarning) {
			t.Errorf("%s: %+v", command, o)
		}
	}
}

// The documents' own blocks for ~/.ssh/config, verbatim: each works, and those that apply to
// this host warn about it. The one that asks refuses, since nobody can answer here;
// TestAsk* has a terminal.
func TestRecipesOfDocuments(t *testing.T) {
	var blocks []string
	for _, path := range []string{"../README.md", "../docs/relay.md", "../docs/check.md"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i, block := range strings.Split(string(text), "```") {
			block, of := strings.CutPrefix(block, "ssh-config\n")
			if i%2 == 1 && of && !strings.HasPrefix(block, "KnownHostsCommand") { // TestKnownHostsCommand*
				blocks = append(blocks, block)
			}
		}
	}
	warned, asked := 0, 0
	for _, block := range blocks {
		v := newVisit(t)
		v.sshConfig(block)
		if strings.Contains(block, "--policy ask") {
			asked++
			if o := v.run("ssh", "my.example.com", "echo hello"); o.status != 255 || o.out != "" || !strings.HasPrefix(o.err, "rdnsproxy: error: refused by --policy ask: my.example.com is 192.168.1.243, ") {
				t.Errorf("%s%+v", block, o)
			}
			continue
		}
		o := v.ssh("my.example.com", "echo hello")
		if o.out != "hello\n" {
			t.Errorf("%s%+v", block, o)
		}
		pattern, _, _ := strings.Cut(block, "\n")
		here := strings.HasPrefix(pattern, "Host * ") || pattern == "Host my.example.com"
		switch {
		case here && strings.HasPrefix(o.err, articleWarning):
			warned++
		case here || o.err != "":
			t.Errorf("%sstderr %q", block, o.err)
		}
	}
	if warned < 3 || asked != 1 {
		t.Errorf("%d recipes warn, want one host, all hosts, fdpass; %d ask, want one", warned, asked)
	}
}

// A Host * at the end does not displace a ProxyJump: the connection to the bastion is
// checked, by the ssh that connects to it.
func TestBehindBastion(t *testing.T) {
	v := newVisit(t)
	v.sshConfig("Host exact.example.com\n\tProxyJump my.example.com\n" + plainly)
	o := v.ssh("exact.example.com", "echo $SSH_CONNECTION")
	if !strings.HasSuffix(strings.TrimSpace(o.out), " 198.51.100.10 22") || !strings.HasPrefix(o.err, articleWarning) || strings.Count(o.err, "rdnsproxy: ") != 1 {
		t.Errorf("%+v", o)
	}
	if got := strings.Count(v.sshdSaid(sshdPlain), "Accepted publickey"); got != 2 {
		t.Errorf("%d logins, want one at the bastion and one behind it", got)
	}
}

// check as a Match exec condition in ssh's configuration works, and does not evaluate
// that configuration again.
func TestMatchExec(t *testing.T) {
	v := newVisit(t)
	v.sshConfig("Match exec \"rdnsproxy check -q %h\"\n\tPort " + sshdPlain + "\nHost *\n\tPort " + sshdUseDNS + "\n")
	for host, port := range map[string]string{"exact.example.com": sshdPlain, "my.example.com": sshdUseDNS} {
		o := v.ssh(host, "echo $SSH_CONNECTION")
		if got := strings.Fields(o.out); len(got) != 4 || got[3] != port || o.err != "" {
			t.Errorf("%s: %+v, want port %s", host, o, port)
		}
	}
}

// If only ssh itself can evaluate a configuration, ssh is asked.
func TestOptionsBehindMatch(t *testing.T) {
	v := newVisit(t)
	v.sshConfig("Match final host dual.example.com\n\tAddressFamily inet\n\tBindAddress 198.51.100.77\n" + plainly)
	o := v.ssh("dual.example.com", "echo $SSH_CONNECTION")
	if got := strings.Fields(o.out); len(got) != 4 || got[0] != "198.51.100.77" || got[2] != "198.51.100.20" || o.err != "" {
		t.Errorf("%+v", o)
	}
}
