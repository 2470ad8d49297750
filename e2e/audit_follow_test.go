//go:build linux

package e2e

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// following is a running audit --follow.
type following struct {
	*office
	cmd *exec.Cmd
	out output
}

func (o *office) follow(args ...string) *following {
	o.t.Helper()
	f := &following{office: o}
	f.cmd = o.command(append([]string{"rdnsproxy", "audit", "--follow"}, args...)...)
	f.cmd.SysProcAttr.Credential = nil
	f.cmd.Stdout, f.cmd.Stderr = &f.out, &f.out
	o.must(f.cmd.Start())
	return f
}

// interrupt presses Ctrl-C and returns all that was said.
func (f *following) interrupt() string {
	f.t.Helper()
	f.cmd.Process.Signal(syscall.SIGINT)
	f.cmd.Wait()
	return f.out.String()
}

// TestAuditFollow follows a real sshd's log through both ways of rotating it: a new file,
// which rsyslog opens when told so, and a copy with the file cut to nothing. No login is
// lost, and none is counted twice.
func TestAuditFollow(t *testing.T) {
	for name, rotate := range map[string]func(*office, string){
		"rename": func(o *office, log string) {
			o.must(os.Rename(log, log+".1"))
			pid, err := os.ReadFile(audited + "/rsyslog.pid")
			o.must(err)
			o.must(do("kill", "-HUP", strings.TrimSpace(string(pid))))
		},
		"copytruncate": func(o *office, log string) {
			o.must(do("cp", log, log+".1"))
			o.must(os.Truncate(log, 0))
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, rsyslogSocket)
			o.rsyslog()
			o.sshd(auditPort, "LogLevel INFO")
			const log = audited + "/rfc3339.log"
			o.login(clientConfirmed, "chris", o.key("chris")) // before; not followed
			o.written("rfc3339.log")
			f := o.follow(log)
			o.eventually("audit has the log open", func() bool { return opened(f.cmd.Process.Pid, log) })

			o.login(clientUnresolvable, "chris", o.key("chris"))
			o.eventually("the finding about chris", func() bool { return strings.Contains(f.out.String(), clientUnresolvable) })
			if strings.Contains(f.out.String(), clientConfirmed) {
				t.Errorf("of before:\n%s", f.out.String())
			}
			for range 5 {
				o.login(clientMismatch, "deploy", o.key("deploy"))
			}
			o.quiet()
			o.written("rfc3339.log")
			rotate(o, log)
			for range 5 {
				o.login(clientMismatch, "deploy", o.key("deploy"))
			}
			o.login(clientUnresolvable, "backup", o.key("backup"))
			o.eventually("the finding about backup", func() bool { return strings.Contains(f.out.String(), "backup") })
			said := strings.Join(strings.Fields(f.interrupt()), " ")
			if n := strings.Count(said, "login.badly-mapped "+clientMismatch); n != 1 {
				t.Errorf("the same finding %d times:\n%s", n, said)
			}
			if !strings.Contains(said, "deploy logs in to fs1 from there (10 logins)") || !strings.Contains(said, "chris logs in to fs1 from there (1 login)") {
				t.Errorf("not the logins that there were:\n%s", said)
			}
		})
	}
}

// opened reports whether a process has a file open.
func opened(pid int, path string) bool {
	out, _ := exec.Command("sh", "-c", "ls -l /proc/$1/fd", "sh", strconv.Itoa(pid)).Output()
	return strings.Contains(string(out), path)
}
