//go:build linux

package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// TestAuditForgeries: whatever a stranger makes a real sshd write, the address that it
// names is no client of any report, and the report says that somebody tried.
func TestAuditForgeries(t *testing.T) {
	for _, level := range []string{"INFO", "VERBOSE"} {
		t.Run(level, func(t *testing.T) {
			o := newOffice(t, rsyslogSocket, busyboxSocket)
			o.rsyslog()
			o.busybox()
			stop := o.sshd(auditPort, "LogLevel "+level)
			o.forgeries()
			stop()
			o.quiet()
			for _, file := range []string{"rfc3164.log", "rfc3339.log", "rfc5424.log", "json.log", "busybox.log"} {
				if log := o.written(file); !strings.Contains(log, " from "+forgedClient+" port 22 ") {
					t.Fatalf("%s: nothing is forged in it", file)
				}
				o.believesNobody(file)
			}
			journal, err := exec.Command("journalctl", "--quiet", "--file", o.journal(), "-o", "json").Output()
			o.must(err)
			o.write(audited+"/journal.json", string(journal))
			o.believesNobody("journal.json")
		})
	}
}

// believesNobody reads a log of forgeries in every way.
func (o *office) believesNobody(file string) {
	o.t.Helper()
	r, _ := o.report(nil, "--dns", "none", audited+"/"+file)
	logins := int64(0)
	for _, c := range r.Clients {
		if c.Address != clientForger {
			o.t.Errorf("%s: %s is a client", file, c.Address)
		}
		logins += c.Logins
	}
	if logins != 1 { // that of the certificate
		o.t.Errorf("%s: %d logins", file, logins)
	}
	if !r.has("log.forged") {
		o.t.Errorf("%s: %q", file, r.codes())
	}
	for event := range o.events(file) {
		if event.Address != "" && event.Address != clientForger {
			o.t.Errorf("%s: the event of %s", file, event.Address)
		}
	}
	// What is about clients names it nowhere; text, JSON and the page show the forged lines.
	if file != "rfc3339.log" { // the formats are made from the same report
		return
	}
	for _, format := range []string{"jsonl", "prometheus", "nagios", "junit"} {
		out := o.audit(nil, "--dns", "none", "--format", format, audited+"/"+file)
		if strings.Contains(out.out, forgedClient) {
			o.t.Errorf("%s: %s names %s:\n%s", file, format, forgedClient, out.out)
		}
	}
}

// event is the part of an event that these tests read.
type event struct {
	Kind, Host, Address, User, Name string
	Port                            int
	PID                             int64
}

// events yields the events of a log.
func (o *office) events(file string) func(func(event) bool) {
	o.t.Helper()
	out := o.audit(nil, "--format", "events", audited+"/"+file)
	return func(yield func(event) bool) {
		lines := bufio.NewScanner(strings.NewReader(out.out))
		lines.Buffer(nil, 1<<20)
		n := 0
		for ; lines.Scan(); n++ {
			var e event
			if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
				o.t.Fatalf("%s: %v in %q", file, err, lines.Text())
			}
			if !yield(e) {
				return
			}
		}
		if n == 0 {
			o.t.Errorf("%s: no events\n%s", file, out.err)
		}
	}
}

// TestAuditStderr: in the log of sshd -e a stranger writes whole lines. The report says
// that it proves little, and which login would be one if it were true.
func TestAuditStderr(t *testing.T) {
	o := newOffice(t)
	stop := o.sshd(auditPort, "-e", "LogLevel VERBOSE")
	o.forgeries()
	stop()
	if log := o.written("stderr.log"); !strings.Contains(log, "\nAccepted password for root from "+forgedClient+" port 22 ssh2") {
		t.Fatal("no whole line is forged")
	}
	r, _ := o.report(nil, "--dns", "none", "--input", "bare", audited+"/stderr.log")
	if !r.has("log.forgeable") || r.Inputs[0].Trust != "stranger" {
		t.Errorf("%q, %+v", r.codes(), r.Inputs)
	}
}

// TestAuditLocalForgery: any local user can log under sshd's name. The journal knows who
// did; the report says so, and believes none of it.
func TestAuditLocalForgery(t *testing.T) {
	o := newOffice(t)
	stop := o.sshd(auditPort, "LogLevel INFO")
	o.login(clientConfirmed, "chris", o.key("chris"))
	o.quiet()
	stop()
	if out := o.run("logger", "--socket", audited+"/log", "--id=77", "-p", "auth.info", "-t", "sshd",
		"Accepted password for root from "+forgedClient+" port 22 ssh2"); out.status != 0 {
		t.Fatalf("%+v", out)
	}
	o.quiet()
	for _, name := range []string{"journalctl", "export"} {
		log := o.export()
		if name == "journalctl" {
			var err error
			log, err = exec.Command("journalctl", "--quiet", "--file", o.journal(), "-o", "json").Output()
			o.must(err)
		}
		r, raw := o.report(bytes.NewReader(log), "--dns", "none", "-")
		if !r.has("log.local") || len(r.Clients) != 1 || r.Clients[0].Address != clientConfirmed {
			t.Errorf("%s: %q\n%s", name, r.codes(), raw)
		}
	}
}
