package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"rdnsproxy/check"
)

// nagiosLine is the grammar of the one line (Monitoring Plugins Development
// Guidelines, "Plugin Output for Nagios" and "Performance data").
var nagiosLine = regexp.MustCompile(`^RDNSPROXY (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+ \|( [a-z]+=[0-9]+(\.[0-9]+s)?;;;0(;[0-9]+)?)+\n$`)

func checkNagios(t *testing.T, report string) {
	t.Helper()
	if !nagiosLine.MatchString(report) || strings.ContainsAny(report[:strings.IndexByte(report, '|')], "`$&<>\"'\\") {
		t.Errorf("not a plugin line: %q", report)
	}
	if len(report) >= 1024 {
		t.Errorf("%d bytes: too long for NRPE", len(report))
	}
}

func TestNagiosLine(t *testing.T) {
	long := strings.Repeat("x", 300)
	many := []*check.Result{hostile(long), hostile(long), hostile(long), hostile(long), hostile(long), hostile(long)}
	for i := range many {
		many[i].Host = fmt.Sprintf("%s%d.example.com", strings.Repeat("h", 200), i)
		const long = 9999.123456
		many[i].Timings = check.Phases{Resolve: long, Reverse: long, Connect: long, Identify: long, HostKeys: long}
	}
	for _, rs := range [][]*check.Result{nil, everything(t), recorded(t)[:1], recorded(t)[1:2], many} {
		checkNagios(t, write(t, "nagios", Options{}, rs...))
		checkNagios(t, write(t, "nagios", Options{Unnamed: 100000}, rs...))
	}
}

func TestNagiosWords(t *testing.T) {
	rs := recorded(t)
	for want, got := range map[string]string{
		"RDNSPROXY UNKNOWN - nothing was checked |":                               write(t, "nagios", Options{}),
		"RDNSPROXY OK - web1.example.com exact |":                                 write(t, "nagios", Options{}, rs[:1]...),
		"RDNSPROXY OK - 2 targets |":                                              write(t, "nagios", Options{}, rs[0], rs[2]),
		"RDNSPROXY OK - 2 targets (not checked: 3 hashed lines of known_hosts) |": write(t, "nagios", Options{Unnamed: 3}, rs[0], rs[2]),
		"RDNSPROXY WARNING - my.example.com is 192.168.1.243":                     write(t, "nagios", Options{}, rs[1]),
		"RDNSPROXY WARNING - 1 of 2 targets: my.example.com":                      write(t, "nagios", Options{}, rs[:2]...),
		"RDNSPROXY CRITICAL - 6 of 12 targets: nosuch":                            write(t, "nagios", Options{}, rs...),
		"RDNSPROXY OK - 12 targets |":                                             write(t, "nagios", Options{FailOn: check.Error + 1}, rs...),
		"RDNSPROXY OK - my.example.com unresolvable |":                            write(t, "nagios", Options{FailOn: check.Error}, rs[1]),
	} {
		if !strings.HasPrefix(got, want) {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

func TestNagiosStatus(t *testing.T) {
	for _, c := range []struct {
		failOn check.Severity
		found  []check.Severity
		want   int
	}{
		{0, nil, 3},
		{0, []check.Severity{check.Pass, check.Notice}, 0},
		{0, []check.Severity{check.Warning, check.Unknown, check.Pass}, 1},
		{0, []check.Severity{check.Unknown, check.Pass}, 3},
		{0, []check.Severity{check.Warning, check.Error, check.Unknown}, 2},
		{check.Notice, []check.Severity{check.Notice}, 1},
		{check.Notice, []check.Severity{check.Unknown, check.Notice}, 1},
		{check.Error, []check.Severity{check.Warning}, 0},
		{check.Error, []check.Severity{check.Warning, check.Unknown}, 3},
		{check.Error + 1, []check.Severity{check.Error, check.Unknown}, 0},
	} {
		if got := nagiosStatus(c.failOn, c.found); got != c.want {
			t.Errorf("fail on %s: %v is %d, not %d", c.failOn, c.found, got, c.want)
		}
	}
}

// TestNagiosNoReport: bad usage is a plugin line too, with nothing in it that would break
// one.
func TestNagiosNoReport(t *testing.T) {
	if got, want := nagiosNoReport("unknown flag \"--x|y\""), "RDNSPROXY UNKNOWN - unknown flag --x?y\n"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	for _, text := range attacks {
		if got := nagiosNoReport(text); strings.Count(got, "\n") != 1 || strings.Contains(got, "|") {
			t.Errorf("%q: %q", text, got)
		}
	}
}
