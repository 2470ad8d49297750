//go:build linux

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// During a session the relay keeps open only what it relays with: above all no copy of
// ssh's stderr, whose readers wait until it is closed.
func TestHelperHoldsNothingElse(t *testing.T) {
	persist := "\tControlMaster auto\n\tControlPath ~/.ssh/control-%C\n\tControlPersist 60\n"
	for _, keep := range []string{"", persist} {
		for _, flags := range []string{"", "--policy strict ", "--policy off ", "--log-file " + home + "/log ", "-v "} {
			for _, host := range []string{"exact.example.com", "my.example.com", "dead.example.com"} {
				if host != "exact.example.com" && strings.Contains(flags, "strict") {
					continue // there is no session
				}
				t.Run(fmt.Sprintf("%s %q persistent %v", host, flags, keep != ""), func(t *testing.T) {
					v := newVisit(t)
					front := v.dnsFront("113.0.203.in-addr.arpa.")
					v.write("/etc/resolv.conf", "nameserver "+front.addr+"\noptions timeout:30 attempts:1\n")
					v.sshConfig("Host *\n" + keep + "\tProxyCommand rdnsproxy --check-wait 1s --check-timeout 2s " + flags + "%h %p\n")
					v.judgeFiles(host, keep != "", strings.Contains(flags, "log-file"))
				})
			}
		}
	}
}

func (v *visit) judgeFiles(host string, persistent, log bool) {
	v.t.Helper()
	s := v.hold(host, echoing)
	pids := helpers()
	if len(pids) != 1 {
		v.t.Fatalf("helpers: %v", pids)
	}
	v.judgeHeld(pids[0], persistent, log)
	if got := s.release(""); got.status != 0 {
		v.t.Errorf("%+v", got)
	}
	if persistent { // the first ssh has exited, its master is still running
		v.judgeHeld(pids[0], persistent, log)
		v.run("ssh", "-O", "exit", host)
	}
}

// judgeHeld compares the open files of a relay with those that it may have.
func (v *visit) judgeHeld(pid int, persistent, log bool) {
	v.t.Helper()
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	v.must(err)
	connections := 0
	for _, f := range files {
		at, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%s", pid, f.Name()))
		v.must(err)
		kind, _, _ := strings.Cut(at, ":[")
		n, _ := strconv.Atoi(f.Name())
		switch {
		case n < 2 && kind == "pipe":
		case n == 2 && (at == os.DevNull) == persistent:
		case n > 2 && (at == "anon_inode:[eventpoll]" || at == "anon_inode:[eventfd]"):
		case n > 2 && kind == "socket":
			protocol := protocolOf(pid, at)
			if protocol == "tcp" || protocol == "tcp6" {
				connections++
			} else if !strings.HasPrefix(protocol, "udp") {
				v.t.Errorf("descriptor %d: a socket of protocol %q", n, protocol)
			}
		case log && at == home+"/log":
		default:
			v.t.Errorf("descriptor %d is %s", n, at)
		}
	}
	if connections != 1 {
		v.t.Errorf("%d connections", connections)
	}
	v.eventually("DNS is asked no more", func() bool { return !v.asksDNS(pid) })
}

// asksDNS reports whether a process has a datagram socket.
func (v *visit) asksDNS(pid int) bool {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	v.must(err)
	for _, f := range files {
		if at, _ := os.Readlink(f); strings.HasPrefix(at, "socket:") && strings.HasPrefix(protocolOf(pid, at), "udp") {
			return true
		}
	}
	return false
}

// protocolOf finds a process's socket, "socket:[inode]", in the kernel's tables.
func protocolOf(pid int, socket string) string {
	inode := strings.TrimSuffix(strings.TrimPrefix(socket, "socket:["), "]")
	tables, _ := filepath.Glob(fmt.Sprintf("/proc/%d/net/*", pid))
	for _, t := range tables {
		if strings.Contains(string(tableOf(t)), " "+inode+" ") {
			return filepath.Base(t)
		}
	}
	return ""
}

func tableOf(path string) []byte {
	switch filepath.Base(path) {
	case "tcp", "tcp6", "udp", "udp6", "unix", "raw", "netlink", "packet":
		b, _ := os.ReadFile(path)
		return b
	}
	return nil
}

// A program that captures ssh's output is not kept waiting by the relay of a master that
// stays behind, and still gets the warning.
func TestCapturedBehindMaster(t *testing.T) {
	const keep = "-o ControlMaster=auto -o ControlPath=" + home + "/.ssh/control -o ControlPersist=yes "
	for name, script := range map[string]string{
		"shell": "x=$(ssh " + keep + "my.example.com echo hello 2>&1); echo \"$x\"",
		"pipe":  "ssh " + keep + "my.example.com echo hello 2>&1 | cat",
		"git":   "GIT_SSH_COMMAND='ssh " + keep + "' git ls-remote my.example.com:repository 2>&1 | cat; echo hello",
	} {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t)
			if o := v.run("git", "init", "-q", "--bare", "repository"); o.status != 0 {
				t.Fatalf("git init: %+v", o)
			}
			t.Cleanup(func() { v.run("ssh", "-o", "ControlPath="+home+"/.ssh/control", "-O", "exit", "my.example.com") })
			o := v.run("sh", "-c", script)
			if want := articleWarning + " (hosts line: " + articleLine + ")\nhello\n"; o != (outcome{want, "", 0}) {
				t.Errorf("%+v, want %q", o, want)
			}
			if len(helpers()) != 1 {
				t.Errorf("helpers of the master: %v", helpers())
			}
		})
	}
}
