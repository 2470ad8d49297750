//go:build linux

package e2e

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	laboratory "rdnsproxy/internal/lab"
)

// TestAuditAgreesWithCheck: what audit says is true now of a client is what check --client
// says about it.
func TestAuditAgreesWithCheck(t *testing.T) {
	o := newOffice(t, rsyslogSocket)
	o.rsyslog()
	stop := o.sshd(auditPort, "LogLevel INFO")
	o.anOrdinaryDay()
	stop()
	o.written("rfc3339.log")
	r, _ := o.report(nil, "--dns", "all", audited+"/rfc3339.log")
	if len(r.Clients) < 9 {
		t.Fatalf("%d clients", len(r.Clients))
	}
	for _, c := range r.Clients {
		if c.Now == nil {
			t.Errorf("%s: not asked", c.Address)
			continue
		}
		var rs []result
		out := o.run("rdnsproxy", "check", "--client", c.Address, "--dns-only", "--format", "json")
		if err := json.Unmarshal([]byte(out.out), &rs); err != nil || len(rs) != 1 {
			t.Fatalf("check --client %s: %v, %+v", c.Address, err, out)
		}
		if rs[0].Verdict != c.Now.Verdict || rs[0].Severity != c.Now.Severity {
			t.Errorf("%s: audit %s (%s), check --client %s (%s)", c.Address, c.Now.Verdict, c.Now.Severity, rs[0].Verdict, rs[0].Severity)
		}
	}
}

// TestAuditSlowLogin: how long logins wait for their lookups is measured from sshd's own
// lines, if it logs when a connection begins.
func TestAuditSlowLogin(t *testing.T) {
	for level, want := range map[string]bool{"VERBOSE": true, "INFO": false} {
		t.Run(level, func(t *testing.T) {
			o := newOffice(t, rsyslogSocket)
			slow, err := laboratory.StartDNSAt(netip.MustParseAddrPort("127.0.0.3:53"),
				laboratory.Zone("113.0.203.in-addr.arpa", "20 PTR mail.example.net."), laboratory.Zone("example.net", "mail A 203.0.113.25"))
			o.must(err)
			t.Cleanup(func() { slow.Close() })
			slow.Fault("20.113.0.203.in-addr.arpa", laboratory.Delay(1200*time.Millisecond))
			o.resolver("127.0.0.3")
			o.rsyslog()
			stop := o.sshd(auditPort, "LogLevel "+level)
			var logins sync.WaitGroup
			for range 5 {
				logins.Go(func() { o.login(clientMismatch, "deploy", o.key("deploy")) })
			}
			logins.Wait()
			o.quiet()
			stop()
			o.written("rfc3339.log")
			r, _ := o.report(nil, "--dns", "none", audited+"/rfc3339.log")
			if len(r.Clients) != 1 || r.Clients[0].Logins != 5 {
				t.Fatalf("%+v", r)
			}
			if wait := r.Clients[0].LoginWait; want != (wait != nil && *wait > 1.1 && *wait < 3) || want != r.has("slow.login") {
				t.Errorf("%v, %q", wait, r.codes())
			}
		})
	}
}

// TestAuditEventsBehindRsyslog runs examples/rsyslog/60-sshd-events.conf: the real rsyslog starts
// the program and feeds it a real sshd's messages.
func TestAuditEventsBehindRsyslog(t *testing.T) {
	o := newOffice(t, rsyslogSocket)
	conf, err := os.ReadFile("../examples/rsyslog/60-sshd-events.conf")
	o.must(err)
	o.write(audited+"/rsyslog.d/60-sshd-events.conf",
		strings.NewReplacer("/usr/bin/rdnsproxy", program, "/var/log/sshd-events.jsonl", audited+"/events.jsonl").Replace(string(conf)))
	o.rsyslog()
	o.sshd(auditPort, "LogLevel INFO")
	o.login(clientUnresolvable, "chris", o.key("chris"))
	// Each arrives when it happens, not when a buffer is full.
	o.eventually("the login", func() bool {
		b, _ := os.ReadFile(audited + "/events.jsonl")
		return bytes.Contains(b, []byte(`"accepted"`))
	})
	o.login(clientForger, strings.Repeat("\x01", 88)+" "+forgedClient+" port 22 [preauth] x", ssh.Password("x"))
	o.login(clientForger, "chris", o.certified("chris", "kid from "+forgedClient+" port 22 ssh2", o.keys["ca"]))
	o.login(clientForger, "chris", o.certified("chris", "kid from "+forgedClient+" port 22 ssh2", o.keys["stranger"]))
	var all []event
	o.eventually("the certificate's login", func() bool {
		all = nil
		b, _ := os.ReadFile(audited + "/events.jsonl")
		logins := 0
		for line := range bytes.Lines(b) {
			var e event
			if json.Unmarshal(line, &e) == nil {
				all = append(all, e)
				if e.Kind == "accepted" {
					logins++
				}
			}
		}
		return logins == 2
	})
	unsure := 0
	for _, e := range all {
		switch e.Address {
		case "":
			unsure++
		case clientUnresolvable, clientForger:
		default:
			t.Errorf("%+v", e)
		}
		if e.Host != auditHost || e.PID == 0 {
			t.Errorf("%+v", e)
		}
	}
	if unsure == 0 {
		t.Errorf("every event has an address: %+v", all)
	}
}
