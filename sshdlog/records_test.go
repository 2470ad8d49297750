package sshdlog

import (
	"bytes"
	"strings"
	"testing"

	"rdnsproxy/limits"
)

// Who the journal proves to have logged.
func TestJournalTrust(t *testing.T) {
	for _, c := range []struct {
		name, members string
		trust         Trust
		uid           uint32
		cut           int
	}{
		{"root", `"_UID":"0"`, Root, 0, 500},
		{"a user", `"_UID":"1000"`, Local, 1000, 500},
		{"no user", `"x":"y"`, Unknown, 0, 500},
		{"a user that cannot be read", `"_UID":"x"`, Unknown, 0, 500},
		{"syslog", `"_UID":"0","_TRANSPORT":"syslog"`, Root, 0, 500},
		{"stderr of a service", `"_UID":"0","_TRANSPORT":"stdout"`, Stranger, 0, cutBare},
		{"a container", `"_UID":"0","_TRANSPORT":"journal","CONTAINER_ID":"1","CONTAINER_NAME":"web"`, Stranger, 0, cutBare},
	} {
		p := new(Parser)
		var f Frame
		line := `{"__REALTIME_TIMESTAMP":"1","SYSLOG_IDENTIFIER":"sshd","MESSAGE":"x",` + c.members + `}`
		if found := p.Parse([]byte(line), &f); found != OK || f.Trust != c.trust || f.UID != c.uid || f.Cut != c.cut {
			t.Errorf("%s: %v, trust %d, user %d, cut %d", c.name, found, f.Trust, f.UID, f.Cut)
		}
	}
}

// A piece of a message is never taken for a whole one.
func TestPieces(t *testing.T) {
	var p Parser
	var f Frame
	if found := p.Parse([]byte("2026-11-25T20:08:24Z stderr P Accepted pass"), &f); found != Continued || f.Cut > len(f.Msg) {
		t.Errorf("%v, %d bytes, cut %d", found, len(f.Msg), f.Cut)
	}
	if found := p.Parse([]byte("2026-11-25T20:08:24Z stderr F word for root"), &f); found != OK || f.Cut <= len(f.Msg) {
		t.Errorf("%v, %d bytes, cut %d", found, len(f.Msg), f.Cut)
	}
}

// However often a program logs a field, and whatever its size, a record stays small.
func TestExportBounds(t *testing.T) {
	field := "MESSAGE=" + strings.Repeat("x", 3*limits.LogLine) + "\n"
	log := "__REALTIME_TIMESTAMP=1\n" + strings.Repeat(field, 100) + strings.Repeat("OTHER=1\n", 1000) +
		"SYSLOG_IDENTIFIER=sshd\n_UID=1000\n\n"
	x := NewExportReader(strings.NewReader(log))
	r, err := x.Next()
	p := Parser{Input: JournalExport}
	var f Frame
	if err != nil || len(r) > 2*limits.LogLine || p.Parse(bytes.Clone(r), &f) != OK || f.UID != 1000 || len(f.Msg) < f.Cut {
		t.Errorf("%v, a record of %d bytes, user %d, a message of %d bytes, cut %d", err, len(r), f.UID, len(f.Msg), f.Cut)
	}
}

// Local says whether the time of a Frame depends on the zone that was given.
func TestLocal(t *testing.T) {
	var p Parser
	for _, c := range []struct {
		line  string
		local bool
	}{
		{"2026-11-25T20:08:24 fs1 sshd[3]: x", true},
		{"1795637304.651567 fs1 sshd[3]: x", false},
		{"Wed Nov 25 20:08:24 2026 auth.info sshd[381]: x", true},
		{`{"__REALTIME_TIMESTAMP":"1","SYSLOG_IDENTIFIER":"sshd","MESSAGE":"x"}`, false},
		{"381 2026-11-25 20:08:24.687 x", true},
		{`{"log":"Nov 25 20:08:24 sshd[3]: x","stream":"stderr","time":"2026-11-25T20:08:24Z"}`, false},
		{"2026-11-25 20:08:24.687 stderr F x", true},
		{"2026-11-25T20:08:24Z stderr F 2026-11-25 20:08:24 fs1 sshd[3]: x", false},
		{`{"@timestamp":"2026-11-25T20:08:24Z","message":"Nov 25 20:08:24 fs1 sshd[3]: x"}`, true},
		{`{"timestamp":"2026-11-25T20:08:24","message":"2026-11-25T20:08:24Z fs1 sshd[3]: x"}`, false},
		{"<38>1 2026-11-25T20:08:24 fs1 sshd 3 - - x", true},
		{"<38>1 - fs1 sshd 3 - - x", false},
	} {
		var f Frame
		if found := p.Parse([]byte(c.line), &f); found != OK || f.Local != c.local {
			t.Errorf("%s: %v, local %t", c.line, found, f.Local)
		}
	}
}

// Containers are hosts of their own, and a process ID counts only if it is of the container's
// process: the journal has that of the container's runtime.
func TestContainers(t *testing.T) {
	const journal = `{"__REALTIME_TIMESTAMP":"1","_HOSTNAME":"fs1","_PID":"41","SYSLOG_IDENTIFIER":"sshd","MESSAGE":"x"`
	const fluentd = `{"host":"fs1","ident":"sshd","pid":"7","message":"x"`
	for _, c := range []struct {
		name, line, host string
		pid              uint32
	}{
		{"none", journal + `}`, "fs1", 41},
		{"by name", journal + `,"CONTAINER_ID":"1f","CONTAINER_NAME":"web"}`, "fs1/web", 0},
		{"by ID", journal + `,"CONTAINER_ID":"1f"}`, "fs1/1f", 0},
		{"without a host", `{"log":"Nov 25 20:08:24 sshd[7]: x","stream":"stderr","container_name":"/web"}`, "web", 7},
		{"of Docker's", fluentd + `,"container_name":"/web"}`, "fs1/web", 7},
		{"a pod", fluentd + `,"kubernetes":{"labels":{"pod_name":"x"},"container_name":"sshd","pod_name":"sshd-0"}}`, "fs1/sshd-0", 7},
		{"a pod of Elastic's", fluentd + `,"kubernetes":{"pod":{"name":"sshd-0"}},"container":{"id":"1f"}}`, "fs1/sshd-0", 7},
		{"escaped", fluentd + `,"container_name":"\u002fweb"}`, "fs1/web", 7},
		{"an object that names none", fluentd + `,"container":{"image":{"name":"x"}}}`, "fs1", 7},
		{"on a node", `{"log":"x","stream":"stderr","kubernetes":{"pod_name":"sshd-0","host":"node1"}}`, "node1/sshd-0", 0},
		{"a tag of Docker's", `{"log":"x","stream":"stderr","attrs":{"tag":"web"},"time":"2026-11-25T20:08:24Z"}`, "web", 0},
	} {
		var p Parser
		var f Frame
		if found := p.Parse([]byte(c.line), &f); found != OK || string(f.Host) != c.host || f.PID != c.pid || string(f.Msg) != "x" {
			t.Errorf("%s: %v, host %q, pid %d, message %q", c.name, found, f.Host, f.PID, f.Msg)
		}
	}
}

// Text of a container has no tag; that of other programs does.
func TestUntagged(t *testing.T) {
	const said = "Accepted password for anna from 192.0.2.7 port 4 ssh2"
	for _, c := range []struct {
		line string
		want Found
	}{
		{`{"message":"` + said + `","stream":"stderr"}`, OK},
		{`{"message":"` + said + `\r\n","kubernetes":{"pod_name":"sshd-0"}}`, OK},
		{`{"message":"` + said + `","kubernetes":{"pod_name":"sshd-0"},"tag":"kube.sshd"}`, OK},
		{`{"message":"` + said + `"}`, NotFramed},
		{`{"message":"` + said + `","tag":"kube.sshd"}`, OtherProgram},
		{`{"message":"` + said + `","stream":"stderr","ident":"cron"}`, OtherProgram},
		{`{"message":"` + said + `","stream":"stderr","tag":"cron"}`, OtherProgram},
		{`{"message":"Nov 25 20:08:24 fs1 cron[1]: ` + said + `","stream":"stderr"}`, OtherProgram},
	} {
		var p Parser
		var f Frame
		var e Event
		found := p.Parse([]byte(c.line), &f)
		if found != c.want {
			t.Errorf("%s: %v", c.line, found)
		}
		if found == OK && (f.Trust != Stranger || f.PID != 0 || f.Cut != cutBare || !ParseEvent(&f, &e) || e.Addr.String() != "192.0.2.7") {
			t.Errorf("%s: %+v", c.line, f)
		}
	}
}
