//go:build linux

package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// auditReport is the part of an audit's JSON that these tests read.
type auditReport struct {
	Severity string
	Headline string
	Inputs   []struct {
		Name, Framing, Trust     string
		Lines, SSHD, Unread, Cut int64
	}
	Hosts  []struct{ Name, UseDNS string }
	Totals struct {
		BadlyMapped  struct{ Addresses, Connections, Logins int64 }                    `json:"badly_mapped"`
		ByReading    map[string]struct{ Addresses, Connections, Failed, Logins int64 } `json:"by_reading"`
		Dropped      int64
		Unattributed int64
		Forged       int64
	}
	Clients []struct {
		Address, Reading, Change string
		Connections              *int64
		BadlyMapped              int64 `json:"badly_mapped"`
		Logins, Failed           int64
		UnknownUser              int64    `json:"unknown_user"`
		RefusedKey               int64    `json:"refused_key"`
		NotAllowed               int64    `json:"not_allowed"`
		LoginWait                *float64 `json:"login_wait_seconds"`
		Then                     struct{ Kind, NameLast string }
		Now                      *struct{ Verdict, Severity string }
	}
	Findings []struct{ Code, Severity, Text string }
}

func (r *auditReport) has(code string) bool {
	return slices.ContainsFunc(r.Findings, func(f struct{ Code, Severity, Text string }) bool { return f.Code == code })
}

// codes returns the codes of all findings, each once.
func (r *auditReport) codes() []string {
	var codes []string
	for _, f := range r.Findings {
		codes = append(codes, f.Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// audit runs the program on the server, where the logs are root's.
func (o *office) audit(stdin io.Reader, args ...string) outcome {
	o.t.Helper()
	cmd := o.command(append([]string{"rdnsproxy", "audit"}, args...)...)
	cmd.SysProcAttr.Credential = nil
	return o.finish(cmd, stdin)
}

// report reads the report of an audit.
func (o *office) report(stdin io.Reader, args ...string) (r auditReport, raw string) {
	o.t.Helper()
	out := o.audit(stdin, append([]string{"--format", "json"}, args...)...)
	if err := json.Unmarshal([]byte(out.out), &r); err != nil {
		o.t.Fatalf("audit %q: status %d, %v\n%.2000s%s", args, out.status, err, out.out, out.err)
	}
	return r, out.out
}

// withoutStamps removes from a report when and from where its lines were read. What is
// left is what they say.
func withoutStamps(t *testing.T, raw string) map[string]any {
	t.Helper()
	var r map[string]any
	if err := json.Unmarshal([]byte(raw), &r); err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{"generated", "inputs", "time", "timings", "timeline"} {
		if _, there := r[k]; !there {
			t.Errorf("no %q in the report", k)
		}
		delete(r, k)
	}
	strip(r, "first", "last", "usedns_first", "usedns_last", "login_wait_seconds", "time")
	return r
}

// strip removes members with these names, at any depth.
func strip(v any, names ...string) {
	switch v := v.(type) {
	case map[string]any:
		for _, n := range names {
			delete(v, n)
		}
		for _, member := range v {
			strip(member, names...)
		}
	case []any:
		for _, element := range v {
			strip(element, names...)
		}
	}
}

// TestAuditFramings logs one day at once through the real rsyslog in four framings,
// BusyBox's syslogd and a journal. The reports are equal but for their stamps.
func TestAuditFramings(t *testing.T) {
	o := newOffice(t, rsyslogSocket, busyboxSocket)
	o.rsyslog()
	o.busybox()
	stop := o.sshd(auditPort, "LogLevel INFO")
	o.anOrdinaryDay()
	o.hostbased()
	o.quiet()
	stop()
	o.quiet()
	journal, err := exec.Command("journalctl", "--quiet", "--file", o.journal(), "-o", "json").Output()
	o.must(err)

	framings := map[string]string{"rfc3164.log": "syslog", "rfc3339.log": "syslog", "rfc5424.log": "rfc5424", "json.log": "json", "busybox.log": "syslog"}
	reports := map[string]map[string]any{}
	add := func(name, framing string, r auditReport, raw string) {
		if got := r.Inputs[0].Framing; got != framing {
			t.Errorf("%s: framing %q, want %q", name, got, framing)
		}
		reports[name] = withoutStamps(t, raw)
	}
	for file, framing := range framings {
		o.written(file)
		r, raw := o.report(nil, "--dns", "none", audited+"/"+file)
		add(file, framing, r, raw)
	}
	r, raw := o.report(bytes.NewReader(journal), "--dns", "none", "-")
	add("journal", "journal-json", r, raw)
	r, raw = o.report(bytes.NewReader(o.export()), "--dns", "none", "-")
	add("export", "journal-export", r, raw)

	// The program runs journalctl itself, too.
	r, raw = o.report(nil, "--dns", "none", o.journal())
	add("a journal file", r.Inputs[0].Framing, r, raw)
	r, raw = o.report(nil, "--dns", "none", "--journal="+audited)
	add("a journal's directory", r.Inputs[0].Framing, r, raw)

	for _, name := range slices.Sorted(maps.Keys(reports)) {
		if !reflect.DeepEqual(reports[name], reports["rfc3339.log"]) {
			t.Errorf("%s differs from rfc3339.log:\n%s", name, differences("", reports[name], reports["rfc3339.log"]))
		}
	}
	o.theDayIsRight(r)
	o.passwordIsNowhere(audited + "/rfc3339.log")
}

// passwordIsNowhere: somebody typed a password at the user prompt. The log has it, no
// output has it, unless that is asked for.
func (o *office) passwordIsNowhere(log string) {
	o.t.Helper()
	const password = "hunter2"
	if !strings.Contains(o.written("rfc3339.log"), password) {
		o.t.Fatal("the password is not in the log")
	}
	for _, format := range []string{"text", "json", "jsonl", "html", "nagios", "prometheus", "junit", "events", "tally"} {
		if out := o.audit(nil, "--dns", "none", "-v", "--format", format, log); strings.Contains(out.out+out.err, password) || out.out == "" {
			o.t.Errorf("%s: %+v", format, out)
		}
	}
	if out := o.audit(nil, "--dns", "none", "--format", "json", "--show-unknown-users", log); !strings.Contains(out.out, password) {
		o.t.Error("--show-unknown-users does not show it")
	}
}

// differences lists where two reports differ.
func differences(at string, a, b any) string {
	if reflect.DeepEqual(a, b) {
		return ""
	}
	switch x := a.(type) {
	case map[string]any:
		if y, ok := b.(map[string]any); ok {
			var s strings.Builder
			both := maps.Clone(x)
			maps.Copy(both, y)
			for _, k := range slices.Sorted(maps.Keys(both)) {
				s.WriteString(differences(at+"."+k, x[k], y[k]))
			}
			return s.String()
		}
	case []any:
		if y, ok := b.([]any); ok && len(x) == len(y) {
			var s strings.Builder
			for i := range x {
				s.WriteString(differences(at+"[]", x[i], y[i]))
			}
			return s.String()
		}
	}
	one, _ := json.Marshal(a)
	two, _ := json.Marshal(b)
	return at + ": " + string(one) + " and " + string(two) + "\n"
}

// theDayIsRight compares a report of anOrdinaryDay and hostbased with what has happened.
func (o *office) theDayIsRight(r auditReport) {
	o.t.Helper()
	type facts struct {
		reading, then                               string
		badlyMapped, logins, refusedKey, notAllowed int64
	}
	want := map[string]facts{
		clientConfirmed:    {"people", "named", 0, 5, 0, 1},
		clientAlso:         {"people", "none", 0, 1, 0, 0},
		clientUnresolvable: {"people", "failed", 6, 2, 2, 1},
		clientMismatch:     {"people", "mismatch", 2, 1, 0, 1},
		clientNumeric:      {"people", "numeric", 1, 1, 0, 0},
		clientNameless:     {"people", "none", 0, 1, 0, 0},
		clientDeadZone:     {"people", "none", 0, 1, 0, 0},
		clientMismatch6:    {"people", "mismatch", 1, 1, 0, 0},
		clientGuessing:     {"guessing", "failed", 6, 0, 0, 0},
	}
	for _, c := range r.Clients {
		got := facts{c.Reading, c.Then.Kind, c.BadlyMapped, c.Logins, c.RefusedKey, c.NotAllowed}
		if got != want[c.Address] {
			o.t.Errorf("%s: %+v, want %+v", c.Address, got, want[c.Address])
		}
		delete(want, c.Address)
	}
	for a := range want {
		o.t.Errorf("%s is not among the clients", a)
	}
	if r.Totals.Unattributed != 0 || r.Totals.Forged != 0 {
		o.t.Errorf("%+v", r.Totals)
	}
}
