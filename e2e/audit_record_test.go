//go:build linux && record

package e2e

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestAuditRecord writes the recordings that the tests of other packages read:
//
//	go test -tags record -run TestAuditRecord ./e2e
func TestAuditRecord(t *testing.T) {
	for _, level := range []string{"INFO", "VERBOSE"} {
		t.Run(level, func(t *testing.T) {
			o := newOffice(t, rsyslogSocket, busyboxSocket)
			o.rsyslog()
			o.busybox()
			stop := o.sshd(auditPort, "LogLevel "+level)
			o.anOrdinaryDay()
			o.hostbased()
			o.quiet()
			stop()
			o.keep("rfc3339.log", "day-"+strings.ToLower(level)+".log")
			if level == "INFO" {
				o.keep("rfc3164.log", "day-info-rfc3164.log")
				o.keep("rfc5424.log", "day-info-rfc5424.log")
				o.keep("json.log", "day-info.json")
				o.keep("busybox.log", "day-info-busybox.log")
				o.write(recorded+"day-info.export", string(o.export()))
				o.fromJournal("json", "day-info-journal.json")
				o.fromJournal("export", "day-info-journal.export")
				for _, mode := range []string{"short", "short-iso", "short-iso-precise", "short-precise", "short-full", "short-unix", "with-unit"} {
					o.fromJournal(mode, "day-info-journal-"+mode+".log")
				}
			}
		})
		t.Run("forgeries "+level, func(t *testing.T) {
			o := newOffice(t, rsyslogSocket)
			o.rsyslog()
			stop := o.sshd(auditPort, "LogLevel "+level)
			o.forgeries()
			stop()
			o.keep("rfc3339.log", "forgeries-"+strings.ToLower(level)+".log")
		})
	}
	t.Run("stderr", func(t *testing.T) {
		o := newOffice(t)
		stop := o.sshd(auditPort, "-e", "LogLevel VERBOSE")
		o.anOrdinaryDay()
		o.forgeries()
		stop()
		o.keep("stderr.log", "stderr-verbose.log")
	})
	t.Run("dropbear", func(t *testing.T) {
		o := newOffice(t, rsyslogSocket)
		o.rsyslog()
		stop := o.dropbear()
		o.anHourWithDropbear()
		stop()
		o.keep("rfc3339.log", "dropbear.log")
	})
	t.Run("limits", func(t *testing.T) {
		o := newOffice(t, rsyslogSocket)
		o.rsyslog()
		o.sshd(auditPort, "LogLevel INFO", "MaxStartups 2", "LoginGraceTime 2")
		var open []net.Conn
		for range 6 {
			open = append(open, o.dial(clientGuessing, auditPort))
		}
		time.Sleep(3 * time.Second)
		for _, c := range open {
			c.Close()
		}
		o.login(clientConfirmed, "chris", o.key("chris"))
		o.quiet()
		o.keep("rfc3339.log", "limits-info.log")
	})
}

// fromJournal keeps what journalctl makes of the office's messages.
func (o *office) fromJournal(mode, as string) {
	o.t.Helper()
	b, err := exec.Command("journalctl", "--no-pager", "--quiet", "--file", o.journal(), "-o", mode).Output()
	o.must(err)
	o.write(recorded+as, string(b))
}

// keep copies a log to the recordings once all of it is written.
func (o *office) keep(log, as string) {
	o.t.Helper()
	o.must(os.MkdirAll(recorded, 0o755))
	o.write(recorded+as, o.written(log))
}
