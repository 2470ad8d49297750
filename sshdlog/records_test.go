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
