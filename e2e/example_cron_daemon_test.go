//go:build linux && monitors

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestMonitorCron: Debian's cron runs examples/cron/rdnsproxy, with other times only, and mails
// root what is wrong, and nothing about what is right.
func TestMonitorCron(t *testing.T) {
	v := newVisit(t)
	v.spool()
	mails := lab + "/mails"
	v.write(mails, "")
	v.must(os.Chmod(mails, 0o666)) // cron runs sendmail as the user of the job
	v.sendmail(mails)
	v.must(os.Remove("/etc/crontab"))
	old, _ := filepath.Glob("/etc/cron.d/*")
	for _, file := range old {
		v.must(os.Remove(file))
	}
	text := strings.Replace(v.content("../examples/cron/rdnsproxy"), "/usr/local/bin", lab, 1)
	for _, job := range v.crontab().jobs {
		before := text
		if text = strings.Replace(text, "\n"+job.when+" ", "\n* * * * * ", 1); text == before {
			t.Fatalf("%+v", job)
		}
	}
	v.write("/etc/cron.d/rdnsproxy", text)
	v.must(os.MkdirAll("/etc/rdnsproxy", 0o755))
	t.Cleanup(func() { os.RemoveAll("/etc/rdnsproxy") })
	v.write("/etc/rdnsproxy/hosts", "exact.example.com\nmismatch.example.com\n")
	cron := v.command("cron", "-f")
	cron.SysProcAttr.Credential = nil
	v.serve(cron)

	var got string
	v.within(2*patience, func() string { return fmt.Sprintf("no mail: %q", got) }, func() bool {
		got = v.content(mails)
		return strings.Contains(got, "warning  mismatch.example.com")
	})
	if !strings.Contains(got, "\nTo: root\n") || !strings.Contains(got, "rdnsproxy check ") || strings.Contains(got, "hosts verify") || strings.Contains(got, "exact.example.com") {
		t.Errorf("%s", got)
	}
}

// spool hides the crontabs of the machine's users from cron.
func (v *visit) spool() {
	v.t.Helper()
	v.must(unix.Mount("tmpfs", "/var/spool", "tmpfs", 0, "mode=755"))
	v.t.Cleanup(func() { v.must(unix.Unmount("/var/spool", unix.MNT_DETACH)) })
	v.must(os.MkdirAll("/var/spool/cron/crontabs", 0o755))
}

// sendmail puts a program in place of the machine's sendmail, which appends what it gets to a
// file.
func (v *visit) sendmail(file string) {
	v.t.Helper()
	real, err := exec.LookPath("sendmail")
	v.must(err)
	script := lab + "/sendmail"
	v.write(script, "#!/bin/sh\ncat >>"+file+"\n")
	v.must(os.Chmod(script, 0o755))
	v.must(unix.Mount(script, real, "", unix.MS_BIND, ""))
	v.t.Cleanup(func() { v.must(unix.Unmount(real, unix.MNT_DETACH)) })
}
