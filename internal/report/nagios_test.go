package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"rdnsproxy/check"
	"rdnsproxy/internal/dialect"
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
		incomplete := Options{Unnamed: 100000, Lacking: func() []string { return []string{long, long} }}
		checkNagios(t, write(t, "nagios", incomplete, rs...))
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

// TestNagiosNoReport: bad usage is a plugin line too, with nothing in it that would break
// one.
func TestNagiosNoReport(t *testing.T) {
	if got, want := dialect.Nagios().NoReport("unknown flag \"--x|y\""), "RDNSPROXY UNKNOWN - unknown flag --x?y\n"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	for _, text := range attacks {
		if got := dialect.Nagios().NoReport(text); strings.Count(got, "\n") != 1 || strings.Contains(got, "|") {
			t.Errorf("%q: %q", text, got)
		}
	}
}
