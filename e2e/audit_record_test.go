//go:build linux

package e2e

import (
	"flag"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

var recordLogs = flag.Bool("record", false, "record sshd's lines anew into sshdlog/testdata/recorded")

const recorded = "../sshdlog/testdata/recorded/"

// TestAuditRecord writes the recordings that the tests of other packages read:
//
//	go test ./e2e -run TestAuditRecord -record
func TestAuditRecord(t *testing.T) {
	if !*recordLogs {
		t.Skip("with -record")
	}
	for _, level := range []string{"INFO", "VERBOSE"} {
		t.Run(level, func(t *testing.T) {
			o := newOffice(t, audited+"/rsyslog.sock")
			o.rsyslog()
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
			}
		})
		t.Run("forgeries "+level, func(t *testing.T) {
			o := newOffice(t, audited+"/rsyslog.sock")
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
	t.Run("limits", func(t *testing.T) {
		o := newOffice(t, audited+"/rsyslog.sock")
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

// rsyslog starts the real rsyslog at a socket of its own.
func (o *office) rsyslog() (stop func()) {
	o.t.Helper()
	conf, err := os.ReadFile("testdata/audit/rsyslog.conf")
	o.must(err)
	o.write(audited+"/rsyslog.conf", string(conf))
	stop = o.start(o.onServer("rsyslogd", "-n", "-f", audited+"/rsyslog.conf", "-i", audited+"/rsyslog.pid"))
	o.eventually("rsyslog listens", func() bool {
		c, err := net.Dial("unixgram", audited+"/rsyslog.sock")
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	return stop
}

// keep copies a log to the recordings once rsyslog has written all of it.
func (o *office) keep(log, as string) {
	o.t.Helper()
	var last string
	o.eventually("the log is written", func() bool {
		b, _ := os.ReadFile(audited + "/" + log)
		same := string(b) == last && len(b) > 0
		last = string(b)
		time.Sleep(300 * time.Millisecond)
		return same
	})
	o.must(os.MkdirAll(recorded, 0o755))
	o.write(recorded+as, last)
}
