package report

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"rdnsproxy/check"
)

// TestTableFields: through a pipe each target is one line of six fields, none of them
// empty, whatever was found.
func TestTableFields(t *testing.T) {
	rs := append(everything(t), unfinished("late.example.com"), check.Unjudged("odd\t\nname"), &check.Result{Target: "bare"})
	lines := strings.Split(strings.TrimSuffix(write(t, "table", Options{}, rs...), "\n"), "\n")
	if len(lines) != len(rs) {
		t.Fatalf("%d lines for %d targets", len(lines), len(rs))
	}
	for i, line := range lines {
		fields := strings.Split(line, "\t")
		if len(fields) != 6 {
			t.Errorf("%d fields: %q", len(fields), line)
		}
		for _, field := range fields {
			if field == "" {
				t.Errorf("an empty field: %q", line)
			}
		}
		if fields[0] != rs[i].Severity.String() || fields[1] != rs[i].Target {
			t.Errorf("%q is not about %s", line, rs[i].Target)
		}
	}
}

// checkTable: the fields of a single result are its own, and on a terminal its line fits
// whatever the width is.
func checkTable(t *testing.T, r *check.Result) {
	t.Helper()
	want := []string{r.Severity.String(), name(r), "-", string(r.Verdict), string(r.Findings[0].Code), cmp.Or(r.Findings[0].Text, "-")}
	if got := strings.Split(strings.TrimSuffix(write(t, "table", Options{}, r), "\n"), "\t"); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for _, width := range []int{40, 60, 80, 120, 200} {
		lines := strings.Split(write(t, "table", Options{Width: width, TargetWidth: len(name(r))}, r), "\n")
		if len(lines) != 3 || !strings.HasPrefix(lines[1], r.Severity.String()+" ") {
			t.Errorf("%q", lines)
		}
		for _, line := range lines {
			if n := utf8.RuneCountInString(line); n > width {
				t.Errorf("width %d: %d columns: %q", width, n, line)
			}
		}
	}
}

func unfinished(host string) *check.Result {
	return check.Unfinished(check.Target{Input: host, Host: host})
}

// TestTableInterrupted: on a terminal what was not looked at is counted.
func TestTableInterrupted(t *testing.T) {
	rs := []*check.Result{recorded(t)[0], unfinished("a.example.com"), unfinished("b.example.com")}
	for _, tt := range []struct {
		o    Options
		want string
	}{
		{Options{Width: 80, TargetWidth: 16}, "SEVERITY  TARGET            VERDICT       FINDING\n" +
			"ok        web1.example.com  exact\n\ninterrupted: 3 targets: 1 ok, 2 not checked\n"},
		{Options{Width: 80, Quiet: true}, ""},
		{Options{Quiet: true}, "" +
			"unknown\ta.example.com\t-\tundetermined\tinterrupted\ta.example.com was not checked: the check was interrupted\n" +
			"unknown\tb.example.com\t-\tundetermined\tinterrupted\tb.example.com was not checked: the check was interrupted\n"},
	} {
		if got := write(t, "table", tt.o, rs...); got != tt.want {
			t.Errorf("width %d, quiet %v:\n%swant\n%s", tt.o.Width, tt.o.Quiet, got, tt.want)
		}
	}
}

// TestTableFinding: the finding does not repeat the other columns.
func TestTableFinding(t *testing.T) {
	address := netip.MustParseAddr("192.0.2.1")
	for _, tt := range []struct {
		code       check.Code
		text, want string
	}{
		{check.MappingCode(check.Missing), "host.example.com is 192.0.2.1, whose reverse name does not exist", "PTR does not exist"},
		{check.MappingCode(check.Numeric), "192.0.2.1: its reverse name 10.1 reads as an address", "PTR 10.1 reads as an address"},
		{check.MappingCode(check.NoAddress), "host.example.com does not exist (NXDOMAIN)", "does not exist (NXDOMAIN)"},
		{check.ConnectCode(check.ConnectRefused), "192.0.2.1 port 22: connection refused", "connect.refused: connection refused"},
		{check.HostKeyChanged, "192.0.2.1 presents another key", "hostkey.changed: presents another key"},
		{check.PinMoved, "/etc/hosts:3 is stale", "pin.moved: /etc/hosts:3 is stale"},
	} {
		t.Run(string(tt.code), func(t *testing.T) {
			r := &check.Result{Host: "host.example.com", Port: 22, Findings: []check.Finding{
				{Code: check.MappingCode(check.Exact)},
				{Code: tt.code, Severity: check.Warning, Address: address, Text: tt.text},
			}}
			if got := summed(r); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// TestInvalid: of a line that is not a target, the table shows the reason however narrow the
// terminal is, and the summary the line, without the directories of its file. Neither repeats the
// target that stands beside it.
func TestInvalid(t *testing.T) {
	for _, tt := range []struct{ target, text, table, summary string }{
		{"exam_ple..com", `/srv/typos.txt:2: host "exam_ple..com": empty label (a host name has no two dots in a row, and at most 253 characters)`,
			"  empty label, /srv/typos.txt:2", "exam_ple..com  typos.txt:2: empty label (a host name has no two dots"},
		{"192.0.2.0/33", `a.txt:3: "192.0.2.0/33" is not a range: the prefix of an IPv4 address has 0 to 32 bits (a range is 192.0.2.0/24)`,
			"  is not a range: the prefix", "192.0.2.0/33  a.txt:3: is not a range: the prefix of an IPv4 "},
		{"x y", `stdin:3: the line has 5000 bytes`, "  the line has 5000 bytes, stdin:3", "x y  stdin:3: the line has 5000 bytes\n"},
	} {
		r := check.Invalid(tt.target, tt.text+"; fix or remove the line")
		for format, want := range map[string]string{"table": tt.table, "summary": tt.summary} {
			if out := write(t, format, Options{Width: 80}, r); !strings.Contains(out, want) {
				t.Errorf("%s has no %q:\n%s", format, want, out)
			}
		}
	}
}

// TestTableOfAddresses: an address is not shown twice, and what is said about it begins with
// a word. The finding has the room.
func TestTableOfAddresses(t *testing.T) {
	a := netip.MustParseAddr("192.0.2.8")
	r := &check.Result{Target: "192.0.2.8", Host: "192.0.2.8", Verdict: check.Unresolvable, Severity: check.Warning,
		Addresses: []check.Address{{Address: a}},
		Findings: []check.Finding{{Code: check.MappingCode(check.Unresolvable), Severity: check.Warning, Address: a,
			Text: "192.0.2.8: its reverse name old-h0007.example.com does not exist (NXDOMAIN)"}}}
	exempt := &check.Result{Target: "10.0.0.1", Host: "10.0.0.1", Verdict: check.Exempt,
		Findings: []check.Finding{{Code: check.MappingCode(check.Exempt), Text: "10.0.0.1: its range needs no reverse name"}}}
	want := "SEVERITY  TARGET     VERDICT       FINDING\n" +
		"warning   192.0.2.8  unresolvable  PTR old-h0007.example.com does not exist (...\n" +
		"ok        10.0.0.1   exempt        its range needs no reverse name\n"
	if got := write(t, "table", Options{Width: 80, TargetWidth: 9, Addresses: true, FailOn: check.Warning}, r, exempt); !strings.HasPrefix(got, want) {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if got := write(t, "table", Options{Width: 80, TargetWidth: 9}, r); !strings.Contains(got, "ADDRESS") {
		t.Errorf("no addresses:\n%s", got)
	}
}
