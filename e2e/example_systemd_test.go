//go:build linux

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestExampleSystemdVerify: systemd finds nothing wrong with the units, understands their
// calendar, and rates the exposure of the services as low.
func TestExampleSystemdVerify(t *testing.T) {
	v := newVisit(t)
	dir := home + "/units"
	v.units(dir)
	services, _ := filepath.Glob(dir + "/*.service")
	timers, _ := filepath.Glob(dir + "/*.timer")
	sockets, _ := filepath.Glob(dir + "/*.socket")
	if len(timers) < 3 || len(services) <= len(timers) {
		t.Fatalf("%q, %q", services, timers)
	}
	verify := append([]string{"systemd-analyze", "verify", "--man=no", "--recursive-errors=no"}, slices.Concat(services, timers, sockets)...)
	if o := v.asRoot(verify...); o.status != 0 || strings.Contains(o.err, dir) {
		t.Errorf("%+v", o)
	}
	for _, timer := range timers {
		for line := range strings.Lines(v.content(timer)) {
			if when, ok := strings.CutPrefix(line, "OnCalendar="); ok {
				if o := v.asRoot("systemd-analyze", "calendar", strings.TrimSpace(when)); o.status != 0 || !strings.Contains(o.out, "Next elapse: ") {
					t.Errorf("%s: %+v", timer, o)
				}
			}
		}
	}
	for _, trigger := range slices.Concat(timers, sockets) {
		service := strings.TrimSuffix(trigger, filepath.Ext(trigger)) + ".service"
		if o := v.asRoot("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", service); o.status != 0 {
			t.Errorf("%s: %+v", service, o)
		}
	}
}

// TestExampleSystemd: a real systemd runs the units. What is failed, logged and mailed is
// what their comments say.
func TestExampleSystemd(t *testing.T) {
	v := newVisit(t)
	dir := home + "/units"
	v.units(dir)
	dropIn := v.content(dir + "/rdnsproxy-check.service.d/node-exporter.conf")
	v.must(os.RemoveAll(dir + "/rdnsproxy-check.service.d")) // for a test of its own
	m := v.boot(dir)
	t.Run("hosts-verify", m.as(m.testHostsVerify))
	t.Run("check", m.as(m.testCheck))
	t.Run("mail", m.as(m.testMail))
	t.Run("node-exporter", m.as(func(t *testing.T) { m.testNodeExporter(t, dropIn) }))
	t.Run("sshd-audit", m.as(m.testSSHDAudit))
	t.Run("timers", m.as(m.testTimers))
}

// as makes a part of a test one of its own.
func (m *machine) as(part func(t *testing.T)) func(t *testing.T) {
	return func(t *testing.T) {
		whole := m.v.t
		defer func() { m.v.t = whole }()
		m.v.t = t
		part(t)
	}
}

// ran compares how a service ended, and what it logged, with what is expected: nothing, or
// one line with each of these.
func (m *machine) ran(t *testing.T, service, state, status string, lines ...string) {
	t.Helper()
	gotState, gotStatus := m.start(service)
	said := m.logged(service)
	m.v.eventually("what "+service+" logs", func() bool {
		said += m.logged(service)
		return strings.Count(said, "\n") >= len(lines)
	})
	if gotState != state || gotStatus != status || strings.Count(said, "\n") != len(lines) {
		t.Errorf("%s: %s, status %s, want %s, status %s; it logged:\n%s", service, gotState, gotStatus, state, status, said)
	}
	for _, want := range lines {
		if !strings.Contains(said, want) {
			t.Errorf("%s did not log %q, but:\n%s", service, want, said)
		}
	}
}

func (m *machine) testHostsVerify(t *testing.T) {
	const unit = "rdnsproxy-hosts-verify.service"
	file := m.path("/etc/hosts")
	m.ran(t, unit, "inactive", "0") // no line of rdnsproxy

	m.v.rootKnows("my.example.com " + strings.TrimSpace(m.v.content(lab+"/hostkey.pub")))
	if o := m.run("rdnsproxy", "hosts", "add", "--yes", "my.example.com"); o.status != 0 {
		t.Fatalf("%+v", o)
	}
	right := m.v.content(file)
	if !strings.Contains(right, " SHA256:") {
		t.Fatal(right)
	}
	m.ran(t, unit, "inactive", "0")

	m.v.write(file, strings.Replace(right, "192.168.1.243", "198.51.100.10", 1))
	m.ran(t, unit, "failed", "1", "<4>error\tmy.example.com\t")
	m.v.write(file, strings.Replace(right, " SHA256:", " SHA256:x", 1)) // not a comment of rdnsproxy's
	m.ran(t, unit, "inactive", "0")
	m.v.write(file, strings.Replace(right, "my.example.com", "nowhere.example.com", 1))
	m.ran(t, unit, "failed", "1", "<4>warning\tnowhere.example.com\t")
	// DNS does not answer. That is logged, but not a failure.
	m.v.write(file, right)
	resolver := m.v.content(m.path("/etc/resolv.conf"))
	m.v.write(m.path("/etc/resolv.conf"), "nameserver 127.0.0.77\n")
	m.ran(t, unit, "inactive", "3", "<4>unknown\tmy.example.com\t")
	m.v.write(m.path("/etc/resolv.conf"), resolver)
	m.v.must(os.Remove(file))
	m.ran(t, unit, "inactive", "0")
	m.v.write(file, pristine["hosts"])
}

// list writes the list of the hosts to check.
func (m *machine) list(lines ...string) {
	m.v.t.Helper()
	m.v.must(os.MkdirAll(m.path("/etc/rdnsproxy"), 0o755))
	m.v.write(m.path("/etc/rdnsproxy/hosts"), strings.Join(lines, "\n")+"\n")
}

func (m *machine) testCheck(t *testing.T) {
	const unit = "rdnsproxy-check.service"
	m.ran(t, unit, "failed", "2", "<4>rdnsproxy: error: /etc/rdnsproxy/hosts: no such file or directory")
	m.list("# our hosts", "exact.example.com", "confirmed.example.com")
	m.ran(t, unit, "inactive", "0")
	m.list("exact.example.com", "my.example.com", "nowhere.example.com")
	m.ran(t, unit, "failed", "1", "<4>warning\tmy.example.com\t", "<4>error\tnowhere.example.com\t")
	m.list("exact.example.com", "undetermined.example.com")
	m.ran(t, unit, "inactive", "3", "<4>unknown\tundetermined.example.com\t")
	m.list("exact.example.com", "a..b")
	m.ran(t, unit, "failed", "2", "<4>error\ta..b\t")
	m.list()
	m.ran(t, unit, "failed", "2", "no line with a target")
}

// testMail follows the comment in rdnsproxy-mail@.service, with a mail that only keeps what
// it gets.
func (m *machine) testMail(t *testing.T) {
	mail := m.path("/usr/local/bin/mail")
	m.v.write(mail, "#!/bin/sh\n{ echo \"$*\"; cat; } >/run/mail\n")
	m.v.must(os.Chmod(mail, 0o755))
	m.dropIn("rdnsproxy-check.service", "mail", "[Unit]\nOnFailure=rdnsproxy-mail@%n.service\n")
	m.list("exact.example.com", "my.example.com")
	m.ran(t, "rdnsproxy-check.service", "failed", "1", "<4>warning\tmy.example.com\t")
	const mailer = "rdnsproxy-mail@rdnsproxy-check.service.service"
	m.v.eventually("the mail", func() bool { // it is inactive before it starts, too
		return m.property(mailer, "ExecMainExitTimestampMonotonic") != "0" && m.property(mailer, "ActiveState") == "inactive"
	})
	got := m.v.content(m.path("/run/mail"))
	if !strings.HasPrefix(got, "-s rdnsproxy-check.service on ") || !strings.Contains(got, " root\nwarning\tmy.example.com\t") || strings.Count(got, "\n") != 2 {
		t.Errorf("%q", got)
	}
}

// dropIn changes a unit as systemctl edit does, until the test of it ends.
func (m *machine) dropIn(unit, name, lines string) {
	m.v.t.Helper()
	dir := m.path("/etc/systemd/system/" + unit + ".d")
	m.v.must(os.MkdirAll(dir, 0o755))
	m.v.write(dir+"/"+name+".conf", lines)
	m.run("systemctl", "daemon-reload")
}

func (m *machine) testNodeExporter(t *testing.T, dropIn string) {
	const unit, metrics = "rdnsproxy-check.service", "/var/lib/prometheus/node-exporter/rdnsproxy.prom"
	m.v.write(m.path("/etc/passwd"), accounts["passwd"]+"prometheus:x:107:107::/var/lib/prometheus:/usr/sbin/nologin\n")
	m.v.write(m.path("/etc/group"), accounts["group"]+"prometheus:x:107:\n")
	m.run("install", "-d", "-o", "prometheus", "-g", "prometheus", filepath.Dir(metrics))
	m.dropIn(unit, "node-exporter", dropIn)

	m.list("exact.example.com", "my.example.com")
	m.ran(t, unit, "inactive", "1", "<4>warning\tmy.example.com\t")
	file := m.path(metrics)
	if st, err := os.Stat(file); err != nil || st.Mode().Perm() != 0o644 {
		t.Fatalf("%v, %v", st, err)
	}
	promtool := m.v.command("promtool", "check", "metrics")
	if o := m.v.finish(promtool, strings.NewReader(m.v.content(file))); o.status != 0 {
		t.Errorf("%+v", o)
	}
	for target, severity := range map[string]int{"exact.example.com": 0, "my.example.com": 3} {
		if want := fmt.Sprintf("rdnsproxy_check_severity{target=%q} %d\n", target, severity); !strings.Contains(m.v.content(file), want) {
			t.Errorf("no %s in %s", want, m.v.content(file))
		}
	}
	// With a line that is not a target, the others have metrics all the same.
	m.list("exact.example.com", "a..b")
	m.ran(t, unit, "failed", "2", "<4>error\ta..b\t")
	if now := m.v.content(file); strings.Contains(now, "my.example.com") || !strings.Contains(now, "exact.example.com") {
		t.Error(now)
	}
	// Without a list, what is there stays as it was, and its timestamp says how old it is.
	before := m.v.content(file)
	m.v.must(os.Remove(m.path("/etc/rdnsproxy/hosts")))
	m.ran(t, unit, "failed", "2", "/etc/rdnsproxy/hosts: no such file", "results.jsonl: no such file", "results.jsonl: no such file")
	if m.v.content(file) != before {
		t.Error(m.v.content(file))
	}
}

func (m *machine) testSSHDAudit(t *testing.T) {
	const unit = "sshd-audit.service"
	stamp := time.Now().Add(-time.Hour).Format(time.RFC3339)
	m.v.write(m.path("/var/log/auth.log"), stamp+" server sshd[7]: Connection from 192.168.1.243 port 22000 on 198.51.100.10 port 22 rdomain \"\"\n"+
		stamp+" server sshd[7]: reverse mapping checking getaddrinfo for 192-168-1-243.foo.bar.net [192.168.1.243] failed.\n"+
		stamp+" server sshd[7]: Accepted publickey for chris from 192.168.1.243 port 22000 ssh2: ED25519 SHA256:x\n")
	m.v.write(m.path("/etc/group"), accounts["group"]+"adm:x:4:\nsystemd-journal:x:999:\n")
	m.run("chmod", "640", "/var/log/auth.log")
	m.run("chgrp", "adm", "/var/log/auth.log")
	if state, status := m.start(unit); state != "inactive" {
		t.Errorf("%s, status %s:\n%s", state, status, m.logged(unit))
	}
	said := ""
	m.v.eventually("the report in the journal", func() bool {
		said += m.logged(unit)
		return strings.Contains(said, "<6>") && strings.Contains(said, "192.168.1.243")
	})
	report := m.path("/var/lib/private/sshd-audit/report.html")
	if st, err := os.Stat(report); err != nil || st.Mode().Perm()&0o077 != 0 {
		t.Fatalf("%v, %v", st, err)
	}
	if !strings.Contains(m.v.content(report), "192.168.1.243") {
		t.Error("the client is not in the report")
	}
}

// testTimers: each timer starts its service at some time.
func (m *machine) testTimers(t *testing.T) {
	for _, name := range []string{"rdnsproxy-check", "rdnsproxy-hosts-verify", "sshd-audit"} {
		if o := m.run("systemctl", "enable", "--now", name+".timer"); o.status != 0 {
			t.Errorf("%+v", o)
		}
		if next := m.property(name+".timer", "NextElapseUSecRealtime"); next == "" || next == "0" {
			t.Errorf("%s.timer never elapses", name)
		}
		service := name + ".service"
		before := m.property(service, "InvocationID")
		m.dropIn(name+".timer", "now", "[Timer]\nOnActiveSec=1ms\nAccuracySec=1ms\nRandomizedDelaySec=0\n")
		m.run("systemctl", "restart", name+".timer")
		m.v.eventually(name+".timer starts its service", func() bool { return m.property(service, "InvocationID") != before })
	}
}
