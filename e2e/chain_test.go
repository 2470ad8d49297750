//go:build linux

package e2e

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	dnslab "rdnsproxy/internal/lab"
)

// chaining is a ProxyCommand of the form HOST PORT -- COMMAND.
func chaining(flags, command string) string {
	return "Host *\n\tProxyCommand rdnsproxy " + flags + " %h %p -- " + command + "\n"
}

// The commands that people have as their ProxyCommand connect behind the check as they do
// without it; the warning is the same at each, but for what it says of the connection.
func TestChain(t *testing.T) {
	for name, command := range map[string]string{
		"nc":    "nc %h %p",
		"ncat":  "ncat %h %p",
		"socat": "socat - TCP:%h:%p",
		"shell": "sh -c 'exec nc \"$0\" \"$1\"' %h %p",
		"ssh":   "ssh -W %h:%p -o ProxyCommand=none exact.example.com",
		"relay": "rdnsproxy --policy off %h %p",
	} {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t)
			v.sshConfig(chaining("", command))
			o := v.ssh("my.example.com", "echo hello")
			if o.out != "hello\n" || !strings.HasPrefix(o.err, articleWarning+"; what "+strings.Fields(command)[0]+" connects to was not checked") ||
				strings.Count(o.err, "\n") != 1 {
				t.Errorf("%+v", o)
			}
			if o := v.ssh("exact.example.com", "echo hello"); o != (outcome{"hello\n", "", 0}) {
				t.Errorf("%+v", o)
			}
			s := v.hold("exact.example.com", echoing)
			if name != "relay" && len(helpers()) > 0 {
				t.Errorf("a helper is left beside %s", command)
			}
			if got := s.release("still there\n"); got != (outcome{"still there\n", "", 0}) {
				t.Errorf("%+v", got)
			}
		})
	}
}

// What runs over ssh runs over a chained command: scp, sftp, rsync, git, a master.
func TestChainCarries(t *testing.T) {
	v := newVisit(t)
	v.sshConfig("Host *\n\tControlMaster auto\n\tControlPath ~/.ssh/control-%C\n\tControlPersist 60\n" + chaining("", "nc %h %p"))
	sum := v.big("file")
	for _, argv := range [][]string{
		{"scp", "-q", "file", "my.example.com:copied"},
		{"rsync", "file", "my.example.com:rsynced"},
	} {
		if o := v.run(argv...); o.status != 0 {
			t.Fatalf("%q: %+v", argv, o)
		}
	}
	t.Cleanup(func() { v.run("ssh", "-O", "exit", "my.example.com") })
	for _, name := range []string{"copied", "rsynced"} {
		if got := v.sum(name); got != sum {
			t.Errorf("%s differs", name)
		}
	}
	if o := v.run("ssh", "-O", "check", "my.example.com"); o.status != 0 {
		t.Errorf("no master: %+v", o)
	}
	v.run("ssh", "-O", "exit", "my.example.com")
	screen, status := v.onTerminal("sh", "-c", "ssh my.example.com echo hello; ssh my.example.com echo again")
	if status != 0 || !strings.HasPrefix(screen, articleWarning+"; what nc connects to was not checked\n") || !strings.HasSuffix(screen, "\nhello\nagain\n") {
		t.Errorf("status %d, screen\n%s", status, screen)
	}
	v.sshConfig(chaining("", "nc %h %p"))
	if o := v.run("git", "ls-remote", "my.example.com:nowhere"); !strings.Contains(o.err, "nowhere") || !strings.HasPrefix(o.err, articleWarning) {
		t.Errorf("git: %+v", o)
	}
}

// strict runs nothing for a host with a bad address, and the command for a good one.
func TestChainStrict(t *testing.T) {
	v := newVisit(t)
	v.write(home+"/ran", "")
	v.must(os.Chown(home+"/ran", chris, chris))
	v.sshConfig(chaining("--policy strict", "sh -c 'echo ran >>~/ran; exec nc \"$0\" \"$1\"' %h %p"))
	for _, host := range []string{"my.example.com", "undetermined.example.com", "nowhere.example.com"} {
		if o := v.run("ssh", host, "true"); o.status != 255 || !strings.HasPrefix(o.err, "rdnsproxy: error: ") {
			t.Errorf("%s: %+v", host, o)
		}
	}
	if got := v.content(home + "/ran"); got != "" {
		t.Errorf("the command ran: %q", got)
	}
	if o := v.ssh("exact.example.com", "echo hello"); o != (outcome{"hello\n", "", 0}) {
		t.Errorf("%+v", o)
	}
}

// ssh's own family says nothing about the command, so strict judges all addresses; -4 says
// that the command uses no other.
func TestChainFamilies(t *testing.T) {
	v := newVisit(t)
	front := v.dnsFront("8.b.d.0.1.0.0.2.ip6.arpa.")
	v.write("/etc/resolv.conf", "nameserver "+front.addr+"\noptions timeout:30 attempts:1\n")
	const strict = "--policy strict --check-timeout 1s "
	v.sshConfig("AddressFamily inet\n" + chaining(strict, "nc -4 %h %p"))
	if o := v.run("ssh", "dual.example.com", "true"); o.status != 255 || !strings.Contains(o.err, "2001:db8::20") {
		t.Errorf("%+v", o)
	}
	v.sshConfig(chaining(strict+"-4", "nc -4 %h %p"))
	if o := v.ssh("dual.example.com", "echo hello"); o != (outcome{"hello\n", "", 0}) {
		t.Errorf("%+v", o)
	}
}

// If one family cannot be looked up, the command may still get an address of it that nobody
// has judged: strict refuses, and -4 says that it will not.
func TestChainPartlyKnown(t *testing.T) {
	v := newVisit(t)
	server := v.dns(dnslab.Zone("example.com", "half A 198.51.100.10"), dnslab.Zone("100.51.198.in-addr.arpa", "10 PTR half.example.com."))
	server.Fault("half.example.com", func(x *dnslab.DNSExchange) {
		if x.Query.Question[0].Qtype == dns.TypeAAAA {
			dnslab.ServFail(x)
		}
	})
	v.sshConfig(chaining("--policy strict", "nc %h %p"))
	if o := v.run("ssh", "half.example.com", "true"); o.status != 255 || !strings.Contains(o.err, "refused by --policy strict: the IPv6 addresses of half.example.com could not be looked up (SERVFAIL)") {
		t.Errorf("%+v", o)
	}
	v.sshConfig(chaining("--policy strict -4", "nc %h %p"))
	if o := v.run("ssh", "half.example.com", "echo hello"); o != (outcome{"hello\n", "", 0}) {
		t.Errorf("%+v", o)
	}
	v.sshConfig(chaining("", "nc %h %p"))
	if o := v.run("ssh", "half.example.com", "echo hello"); o != (outcome{"hello\n", "", 0}) {
		t.Errorf("%+v", o)
	}
}

// A command that passes its own socket does so behind the check.
func TestChainFdpass(t *testing.T) {
	v := newVisit(t)
	v.sshConfig(chaining("--fdpass", "nc -F %h %p") + "\tProxyUseFdpass yes\n")
	o := v.ssh("-v", "my.example.com", "echo hello")
	if !strings.Contains(o.err, "Authenticated to my.example.com ([192.168.1.243]:22)") || !strings.Contains(o.err, articleWarning) || o.out != "hello\n" {
		t.Errorf("%+v", o)
	}
	v.sshConfig(chaining("--fdpass", "nc %h %p"))
	if o := v.run("ssh", "exact.example.com", "true"); o.status != 255 || !strings.Contains(o.err, "ProxyUseFdpass yes") {
		t.Errorf("%+v", o)
	}
}

// state is a script that writes down the state of its process, and then connects.
const state = `#!/bin/sh
{
	grep -E '^(SigBlk|SigIgn|SigPnd|ShdPnd)' /proc/self/status
	ulimit -a
	umask
	env | sort | grep -v '^_='
	pwd
	for fd in 0 1 2 3 4 5 6 7 8 9 10 11 12; do
		[ -e /proc/$$/fd/$fd ] && echo $fd $(grep flags /proc/$$/fdinfo/$fd)
	done
	readlink /proc/$PPID/exe
	cut -d' ' -f7 /proc/$$/stat
	for a in "$0" "$@"; do echo "<$a>"; done
} >~/state
exec nc "$1" "$2"
`

// The command finds its process as if ssh had started it itself: signals, limits,
// descriptors, environment, parent and arguments.
func TestChainLeavesNoTrace(t *testing.T) {
	v := newVisit(t)
	v.write(home+"/state.sh", state)
	v.must(os.Chmod(home+"/state.sh", 0o755))
	for name, trap := range map[string]string{"signals": "", "SIGINT ignored": "trap '' INT; "} {
		t.Run(name, func(t *testing.T) {
			look := func(config string) string {
				v.sshConfig(config)
				unblock := python + ` -c 'import os, signal; os.set_blocking(2, False); signal.signal(signal.SIGXFSZ, signal.SIG_DFL); os.execlp("ssh", "ssh", "my.example.com", "true")'`
				if o := v.run("sh", "-c", trap+"ulimit -S -n 512; exec "+unblock); o.status != 0 {
					t.Fatalf("%+v", o)
				}
				return v.content(home + "/state")
			}
			const command = home + "/state.sh %h %p 'a  b' ''"
			want := look("Host *\n\tProxyCommand " + command + "\n")
			if !strings.Contains(want, "\n2 flags: 04001\n") || !strings.Contains(want, " 512\n") {
				t.Fatalf("not what ssh was started with:\n%s", want)
			}
			for _, flags := range []string{"", "--policy off", "--policy warn -v --log-file " + home + "/log"} {
				if got := look(chaining(flags, command)); got != want {
					t.Errorf("%s: got\n%s\nwithout rdnsproxy\n%s", flags, got, want)
				}
			}
		})
	}
}

// ssh is killed while its host is still being checked: the command never runs.
func TestChainAbandoned(t *testing.T) {
	for _, policy := range []string{"warn", "strict"} {
		t.Run(policy, func(t *testing.T) {
			v := newVisit(t)
			front := v.dnsFront("113.0.203.in-addr.arpa.")
			v.write("/etc/resolv.conf", "nameserver "+front.addr+"\noptions timeout:30 attempts:5\n")
			v.sshConfig(chaining("--check-wait 500s --check-timeout 500s --policy "+policy, "touch "+home+"/ran"))
			s := v.begin("dead.example.com", "true")
			v.eventually("it looks the host up", func() bool { return holdsSocket(helpers()) })
			v.must(s.cmd.Process.Kill())
			s.cmd.Wait()
			v.eventually("the helper ends after its ssh", func() bool { return len(helpers()) == 0 })
			time.Sleep(100 * time.Millisecond)
			if _, err := os.Stat(home + "/ran"); err == nil || s.errs.Len() > 0 {
				t.Errorf("the command ran: %v; said %q", err == nil, &s.errs)
			}
		})
	}
}

// A command that fails at once fails as it does alone, and ssh -q silences the warning.
func TestChainFails(t *testing.T) {
	v := newVisit(t)
	v.sshConfig(chaining("", "no-such-command"))
	if o := v.run("ssh", "my.example.com", "true"); o.status != 255 || !strings.HasPrefix(o.err, `rdnsproxy: error: command "no-such-command" is not on PATH`) {
		t.Errorf("%+v", o)
	}
	v.sshConfig(chaining("", "false"))
	o := v.run("ssh", "exact.example.com", "true")
	v.sshConfig("Host *\n\tProxyCommand false\n")
	if want := v.run("ssh", "exact.example.com", "true"); o != want {
		t.Errorf("%+v, alone %+v", o, want)
	}
	v.sshConfig(chaining("", "nc %h %p"))
	if o := v.run("ssh", "-q", "my.example.com", "echo hello"); o != (outcome{"hello\n", "", 0}) {
		t.Errorf("%+v", o)
	}
	v.sshConfig("LogLevel ERROR\n" + chaining("", "nc %h %p"))
	if o := v.run("ssh", "my.example.com", "echo hello"); o != (outcome{"hello\n", "", 0}) {
		t.Errorf("%+v", o)
	}
}

// Proxies that people have: corkscrew and ncat over HTTP, connect-proxy and nc over SOCKS.
func TestChainThroughProxies(t *testing.T) {
	v := newVisit(t)
	p := v.proxies()
	web, webPort, _ := strings.Cut(p.tinyproxy, ":")
	for name, command := range map[string]string{
		"corkscrew":     "corkscrew " + web + " " + webPort + " %h %p",
		"ncat":          "ncat --proxy " + p.tinyproxy + " --proxy-type http %h %p",
		"connect-proxy": "connect-proxy -S " + p.sshD + " %h %p",
		"nc":            "nc -X 5 -x " + p.sshD + " %h %p",
	} {
		t.Run(name, func(t *testing.T) {
			v.sshConfig(chaining("", command))
			o := v.ssh("my.example.com", "echo hello")
			if o.out != "hello\n" || !strings.HasPrefix(o.err, articleWarning+"; what "+name+" connects to was not checked") {
				t.Errorf("%+v", o)
			}
		})
	}
}

// check knows that a chained command connects, and makes no connection of its own.
func TestChainChecked(t *testing.T) {
	v := newVisit(t)
	v.sshConfig(chaining("", "nc %h %p"))
	o := v.run("rdnsproxy", "check", "exact.example.com")
	if o.status != 0 || !strings.Contains(o.out, "through a ProxyCommand") || strings.Contains(o.out, "SSH-2.0") {
		t.Errorf("%+v", o)
	}
	v.sshConfig(chaining("--policy strict", "nc %h %p"))
	if o := v.run("rdnsproxy", "ssh", "my.example.com", "true"); o.status != 255 || !strings.Contains(o.err, "refused by --policy strict") {
		t.Errorf("the wrapper: %+v", o)
	}
}
