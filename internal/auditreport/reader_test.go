package auditreport

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rdnsproxy/audit"
	"rdnsproxy/check"
	"rdnsproxy/internal/dialect"
	"rdnsproxy/internal/dialect/readertest"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// odd is a report with a stranger's text wherever one can be.
func odd(t *testing.T) *audit.Report {
	r := recorded(t, "hurt")
	text := "a\"b\\c\n]]>'|<&\x01 münchen"
	r.Hosts[0].Name, r.Headline = text, text
	for i := range r.Findings {
		r.Findings[i].Text, r.Findings[i].Hosts = text, []string{text}
	}
	return r
}

// TestReaders: the programs that read these formats find no fault with them.
func TestReaders(t *testing.T) {
	all := map[string]*audit.Report{"calm": calm(), "odd": odd(t)}
	for _, site := range sites {
		all[site] = recorded(t, site)
	}
	for name, r := range all {
		if said, ok := readertest.Read(t, write(t, "prometheus", r, Options{Time: noon}), "promtool", "check", "metrics"); !ok || said != "" {
			t.Errorf("%s: promtool: %s", name, said)
		}
		schema := []string{"--nonet", "--noout", "--schema", "../report/testdata/junit.xsd", "-"}
		if said, ok := readertest.Read(t, write(t, "junit", r, Options{Time: noon}), "xmllint", schema...); !ok {
			t.Errorf("%s: xmllint: %s", name, said)
		}
	}
}

// TestPrometheusLabels: no label is an address or a name that a client has chosen.
func TestPrometheusLabels(t *testing.T) {
	label := regexp.MustCompile(`(\w+)="([^"]*)"`)
	for _, site := range sites {
		for _, m := range label.FindAllStringSubmatch(write(t, "prometheus", recorded(t, site), Options{}), -1) {
			if !slices.Contains([]string{"reading", "host", "severity"}, m[1]) {
				t.Errorf("%s: label %s", site, m[0])
			}
		}
	}
}

// TestNagios: one line, the worst first, the same labels always; the headline if nothing
// fails.
func TestNagios(t *testing.T) {
	line := regexp.MustCompile(`^RDNSPROXY (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+ \| logins=\d+;;;0 badly_mapped=\d+;;;0 failed=\d+;;;0\n$`)
	for name, r := range map[string]*audit.Report{"healthy": recorded(t, "healthy"), "attacked": recorded(t, "attacked"), "odd": odd(t), "calm": calm()} {
		got := write(t, "nagios", r, Options{})
		if !line.MatchString(got) || len(got) > 1024 {
			t.Errorf("%s: %d bytes: %q", name, len(got), got)
		}
	}
	for want, got := range map[string]string{
		"RDNSPROXY OK - LabSZ: nobody logged in from":               write(t, "nagios", recorded(t, "healthy"), Options{}),
		"RDNSPROXY WARNING - LabSZ looks up":                        write(t, "nagios", recorded(t, "healthy"), Options{FailOn: check.Notice}),
		"RDNSPROXY WARNING - 198.51.100.77 logged in to web17 as":   write(t, "nagios", recorded(t, "attacked"), Options{}),
		"RDNSPROXY OK - 198.51.100.77 logged in to web17 as deploy": write(t, "nagios", recorded(t, "attacked"), Options{FailOn: check.Error}),
	} {
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	}
}

// TestJUnitCases: a case fails if one of its findings does.
func TestJUnitCases(t *testing.T) {
	r := recorded(t, "hurt")
	for _, failOn := range []check.Severity{check.Notice, check.Warning, check.Error} {
		failing := map[string]bool{}
		for _, f := range r.Findings {
			if dialect.OutcomeOf(failOn, f.Severity) == dialect.Failed {
				failing[string(f.Code)+f.Address.String()] = true
			}
		}
		if got := strings.Count(write(t, "junit", r, Options{FailOn: failOn}), "<failure "); got != len(failing) {
			t.Errorf("%s: %d failures, not %d", failOn, got, len(failing))
		}
	}
}

// TestFindingLine: a finding of a growing log is one line, or one object.
func TestFindingLine(t *testing.T) {
	f := recorded(t, "attacked").Findings[0]
	var b strings.Builder
	if err := WriteFinding(&b, "text", noon, f, Options{}); err != nil {
		t.Fatal(err)
	}
	if want := "2026-11-25T12:00:00Z web17 warning login.after-guessing 198.51.100.77 logged in to web17 as deploy on "; !strings.HasPrefix(b.String(), want) || strings.Count(b.String(), "\n") != 1 {
		t.Error(b.String())
	}
	b.Reset()
	if err := WriteFinding(&b, "text", noon, f, Options{Width: 80, Color: true}); err != nil {
		t.Fatal(err)
	}
	want := "2026-11-25T12:00:00Z web17 \x1b[1;33mwarning\x1b[0m login.after-guessing 198.51.100.77 logged in\n" +
		"  to web17 as deploy on 22 Nov 2026 03:14 UTC, after 1,212 failed attempts for\n" +
		"  about 12 users on more than 8 servers\n"
	if b.String() != want {
		t.Errorf("at 80 columns:\n%q, not\n%q", b.String(), want)
	}
	b.Reset()
	f.Hosts = []string{"a", "b b", "c", "d"}
	if err := WriteFinding(&b, "text", noon, f, Options{}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Fields(b.String())[1]; got != "a,b_b,c,..." {
		t.Errorf("servers: %s", got)
	}
	b.Reset()
	if err := WriteFinding(&b, "jsonl", noon, f, Options{}); err != nil {
		t.Fatal(err)
	}
	if want := `{"time":"2026-11-25T12:00:00Z","code":"login.after-guessing","severity":"warning","address":"198.51.100.77",`; !strings.HasPrefix(b.String(), want) {
		t.Error(b.String())
	}
}
