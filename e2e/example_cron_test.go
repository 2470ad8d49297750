//go:build linux

package e2e

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// crontab is examples/cron/rdnsproxy as cron reads it.
type crontab struct {
	env  []string
	jobs []cronEntry
}

type cronEntry struct{ when, user, command string }

func (v *visit) crontab() (tab crontab) {
	v.t.Helper()
	for line := range strings.Lines(v.content("../examples/cron/rdnsproxy")) {
		line = strings.TrimSpace(line)
		name, value, assigned := strings.Cut(line, "=")
		switch words := strings.Fields(line); {
		case line == "" || line[0] == '#':
		case assigned && strings.ToUpper(name) == name && len(words) == 1:
			tab.env = append(tab.env, name+"="+strings.Replace(value, "/usr/local/bin", lab, 1))
		case len(words) > 6:
			tab.jobs = append(tab.jobs, cronEntry{strings.Join(words[:5], " "), words[5], strings.Join(words[6:], " ")})
		default:
			v.t.Errorf("cron cannot read %q", line)
		}
	}
	return tab
}

// cron runs the commands as cron does: with sh, as the user that the line names, with the
// environment of the file alone. What they print is what cron mails.
func (v *visit) cron() (mail string) {
	v.t.Helper()
	tab := v.crontab()
	if len(tab.jobs) != 2 {
		v.t.Fatalf("%+v", tab)
	}
	for _, job := range tab.jobs {
		if strings.Contains(strings.ReplaceAll(job.command, `\%`, ""), "%") || job.user != "nobody" {
			v.t.Errorf("%+v", job)
		}
		cmd := v.command("/bin/sh", "-c", strings.ReplaceAll(job.command, `\%`, "%"))
		cmd.SysProcAttr.Credential.Uid, cmd.SysProcAttr.Credential.Gid = 65534, 65534
		cmd.Dir = "/"
		cmd.Env = append([]string{"HOME=/nonexistent", "LOGNAME=nobody"}, tab.env...)
		o := v.finish(cmd, nil)
		mail += o.out + o.err
	}
	return mail
}

// TestExampleCron: cron's commands print nothing while all is well, and what is wrong
// otherwise.
func TestExampleCron(t *testing.T) {
	v := newVisit(t)
	t.Cleanup(func() { os.RemoveAll("/etc/rdnsproxy") })
	const dir, list = "/etc/rdnsproxy", "/etc/rdnsproxy/hosts"
	v.must(os.MkdirAll(dir, 0o755))
	if mail := v.cron(); !strings.HasPrefix(mail, "rdnsproxy: error: "+list+": no such file or directory") {
		t.Errorf("without a list: %q", mail)
	}
	right := pristine["hosts"] + "192.168.1.243  my.example.com  # rdnsproxy 2026-11-22 unresolvable\n"
	v.write("/etc/hosts", right)
	v.write(list, "exact.example.com\nmy.example.com\n")
	if mail := v.cron(); mail != "" {
		t.Errorf("all is well: %q", mail)
	}
	v.write("/etc/hosts", strings.Replace(right, "192.168.1.243", "198.51.100.10", 1))
	v.write(list, "mismatch.example.com\n")
	mail := v.cron()
	for _, want := range []string{"warning  mismatch.example.com  mismatch\n", "error  my.example.com  pin.moved\n", "rdnsproxy hosts remove my.example.com"} {
		if !strings.Contains(mail, want) {
			t.Errorf("no %q in %s", want, mail)
		}
	}
	// While another run has the lock, there is none, and no mail.
	held, err := os.Open(dir)
	v.must(err)
	defer held.Close()
	v.must(unix.Flock(int(held.Fd()), unix.LOCK_EX))
	if mail := v.cron(); strings.Contains(mail, "mismatch.example.com") || !strings.Contains(mail, "pin.moved") {
		t.Errorf("with the lock held: %q", mail)
	}
}
