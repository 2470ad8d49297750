package auditreport

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"rdnsproxy/audit"
	"rdnsproxy/check"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// calm is the report of a log in which nothing is wrong.
func calm() *audit.Report {
	at := func(hour int) *time.Time {
		t := time.Date(2026, 11, 24, hour, 0, 0, 0, time.UTC)
		return &t
	}
	row := audit.Row{Addresses: 3, Connections: 12, Logins: 11, Failed: 1}
	return &audit.Report{
		Severity: check.Pass, Headline: "nothing is wrong: no login was hurt by a reverse name",
		Inputs: []audit.Input{{Name: "auth.log", SSHD: 300}},
		Time:   audit.Span{First: at(0), Last: at(23), Zone: "UTC"},
		Hosts:  []audit.Host{{Name: "fs1", Connections: new(int64)}},
		Totals: audit.Totals{ByReading: map[audit.Reading]audit.Row{audit.People: row, audit.Guessing: row, audit.Passing: row}},
		Timeline: audit.Timeline{StepSeconds: 3600, Start: []int64{at(0).Unix(), at(8).Unix(), at(23).Unix()},
			Mapping: []int64{0, 0, 0}, Failed: []int64{1, 0, 9}, Logins: []int64{1, 9, 1}, Dropped: []int64{0, 0, 0}},
	}
}

// TestTextFits: a calm report is one screen, and no line is wider than the terminal, but for
// lines to copy.
func TestTextFits(t *testing.T) {
	if n := strings.Count(write(t, "text", calm(), Options{}), "\n"); n > 24 {
		t.Errorf("a calm report has %d lines", n)
	}
	for _, site := range sites {
		r := recorded(t, site)
		copied := map[string]bool{}
		for _, f := range r.Findings {
			for _, a := range f.Advice {
				copied[a.Line] = true
			}
		}
		for _, width := range []int{80, 100, 200} {
			for _, verbose := range []bool{false, true} {
				for line := range strings.Lines(write(t, "text", r, Options{Width: width, Verbose: verbose})) {
					line = strings.TrimSuffix(line, "\n")
					if utf8.RuneCountInString(line) > width && !copied[strings.TrimSpace(line)] {
						t.Errorf("%s at %d columns: %q", site, width, line)
					}
				}
			}
		}
	}
}

// TestFirstScreen: the first 40 lines of a report say whether anybody got in from an address
// with a wrong reverse name, what it means, and what to do, at least the first of it.
func TestFirstScreen(t *testing.T) {
	for _, site := range sites {
		lines := strings.Split(write(t, "text", recorded(t, site), Options{}), "\n")
		screen := strings.Join(lines[:40], "\n")
		for _, want := range []string{"logged in", "In [0-9,]+ (of the [0-9,]+ )?connections", "\n  what it means\n", "\n  what to do\n    .+\n      (on|in) .+: "} {
			if !regexp.MustCompile(want).MatchString(screen) {
				t.Errorf("%s: the first 40 lines lack %q:\n%s", site, want, screen)
			}
		}
	}
}

// TestAssumed: what is true of some logs only is said of these.
func TestAssumed(t *testing.T) {
	r := calm()
	r.Time.Assumed, r.Time.YearBy, r.Time.Zone = []string{"year", "zone"}, "the date of the file", "UTC"
	both := []string{"year", "zone"}
	for want, in := range map[string][]audit.Input{
		"not in the log: the year, taken from the date of the file, and the time zone, assumed to be UTC":       {{Name: "a", SSHD: 1, Assumed: both}, {Name: "b", SSHD: 1, Assumed: both}, {Name: "empty"}},
		"not in b: the year, taken from the date of the file, and the time zone, assumed to be UTC":             {{Name: "a", SSHD: 1}, {Name: "b", SSHD: 1, Assumed: both}},
		"not in b: the year, taken from the date of the file; not in the log: the time zone, assumed to be UTC": {{Name: "a", SSHD: 1, Assumed: both[1:]}, {Name: "b", SSHD: 1, Assumed: both}},
		"not in a, b: the year, taken from the date of the file, and the time zone, assumed to be UTC":          {{Name: "a", SSHD: 1, Assumed: both}, {Name: "b", SSHD: 1, Assumed: both}, {Name: "c", SSHD: 1}},
	} {
		if r.Inputs = in; assumed(r) != want {
			t.Errorf("%s, not %s", assumed(r), want)
		}
	}
}

// TestNoneOfSSHD: a log without a line of sshd's has a size, and no years to doubt.
func TestNoneOfSSHD(t *testing.T) {
	r := calm()
	r.Inputs = []audit.Input{{Name: "kern.log", Lines: 9, Assumed: []string{"year"}}}
	r.Time = audit.Span{Assumed: []string{"year"}, Zone: "UTC"}
	if text := write(t, "text", r, Options{}); !strings.Contains(text, "\n  kern.log, 9 lines, none of sshd\n\n") {
		t.Error(text)
	}
}

// TestOneIsEnough: of several pieces of advice against one trouble, the text says that one is
// enough, and gives the best first; what is no remedy does not count as one.
func TestOneIsEnough(t *testing.T) {
	advice := func(code check.AdviceCode, m check.Machine, line string) check.Advice {
		return check.Advice{Code: code, Machine: m, Text: string(code), Line: line}
	}
	usedns, keep := advice(audit.AdviseUseDNS, check.Server, "UseDNS no"), advice(audit.AdviseUseDNS, check.Server, "")
	ptr, forward := advice(check.AdvisePTRRecord, check.ReverseZone, "x"), advice(check.AdviseForwardRecord, check.ForwardZone, "y")
	for name, c := range map[string]struct {
		advice []check.Advice
		want   string
	}{
		"all":  {[]check.Advice{forward, ptr, usedns}, ": one of these is enough, the best first usedns ptr-record forward-record"},
		"one":  {[]check.Advice{usedns}, " usedns"},
		"keep": {[]check.Advice{keep, ptr}, " ptr-record usedns"},
	} {
		r := calm()
		r.Findings = []audit.Finding{{Finding: check.Finding{Code: audit.LoginBadlyMapped, Severity: check.Warning,
			Address: netip.MustParseAddr("192.0.2.1"), Advice: c.advice}}}
		a := aims(r, nil)[0]
		got := a.words()
		for _, k := range a.tasks {
			got += " " + k.text
		}
		if got != "wrong reverse names"+c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestTextColor: colour changes no character.
func TestTextColor(t *testing.T) {
	sgr := regexp.MustCompile("\x1b\\[[0-9;]*m")
	for _, site := range sites {
		plain, painted := write(t, "text", recorded(t, site), Options{}), write(t, "text", recorded(t, site), Options{Color: true})
		if d := cmp.Diff(plain, sgr.ReplaceAllString(painted, "")); d != "" || plain == painted {
			t.Errorf("%s: %s", site, d)
		}
	}
}

// TestTextASCII: without UTF-8 there is nothing else in the text.
func TestTextASCII(t *testing.T) {
	for _, site := range sites {
		text := write(t, "text", recorded(t, site), Options{ASCII: true})
		if i := strings.IndexFunc(text, func(r rune) bool { return r > 126 }); i >= 0 {
			t.Errorf("%s: %q", site, text[i:min(len(text), i+20)])
		}
	}
}

// TestTextIPv6: clients of one /64 are one row.
func TestTextIPv6(t *testing.T) {
	r := calm()
	add := func(address string, logins int64, change audit.Change) {
		n := logins + 1
		r.Clients = append(r.Clients, audit.Client{Address: netip.MustParseAddr(address), BadlyMapped: 1, Logins: logins,
			Connections: &n, Change: change, Then: audit.Then{Kind: "failed", NameLast: "host.example.com"}})
	}
	add("2001:db8:1:2::1", 1, audit.Still)
	add("2001:db8:1:2::2", 2, audit.Still)
	add("2001:db8:1:2:3::", 4, audit.Fixed)
	add("2001:db8:1:3::1", 8, audit.Fixed)
	add("192.0.2.1", 16, audit.Removed)
	text := write(t, "text", r, Options{})
	want := `
  address                wrong reverse name  now      connections  logins
  2001:db8:1:2::/64 (3)  host.example.com    differs           10       7
  2001:db8:1:3::1        host.example.com    fixed              9       8
  192.0.2.1              host.example.com    removed           17      16
`
	if !strings.Contains(text, want) {
		t.Errorf("%s\nlacks\n%s", text, want)
	}
}

// TestChart: cells begin at round times, and their sums are those of the timeline.
func TestChart(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 11, 1, 3, 0, 0, 0, berlin)
	for hours, want := range map[int]string{ // cells, columns of one, its length, the first
		2:       "2 3 1h0m0s 03:00",
		24:      "24 1 1h0m0s 03:00",
		100:     "34 1 3h0m0s 03:00",
		24 * 90: "14 2 168h0m0s 00:00",
	} {
		timeline := audit.Timeline{StepSeconds: 3600}
		var sum int64
		for i := range hours {
			timeline.Start = append(timeline.Start, start.Unix()+int64(i)*3600)
			timeline.Logins = append(timeline.Logins, int64(i%7))
			sum += int64(i % 7)
		}
		c := chartOf(timeline, 40, berlin)
		cells := c.sum(timeline.Start, timeline.Logins)
		var got int64
		for _, n := range cells {
			got += n
		}
		if got != sum || c.cells*c.times > 40 || len(cells) != c.cells {
			t.Errorf("%d hours: sum %d, not %d, in %d cells of %d columns", hours, got, sum, c.cells, c.times)
		}
		if got := fmt.Sprint(c.cells, c.times, c.step, c.start.Format(" 15:04")); got != want {
			t.Errorf("%d hours: %s, not %s", hours, got, want)
		}
	}
}

// TestSpark: zero is a dash, anything more is seen, the maximum is the tallest.
func TestSpark(t *testing.T) {
	s := spark{"", []int64{0, 1, 50, 99, 100}}
	if got := s.draw(bars, 1); got != "-▁▄██" {
		t.Error(got)
	}
	if got := s.draw(asciiBars, 2); got != "--115599"+"99" {
		t.Error(got)
	}
}

// strangers is what strangers write.
const strangers = "\x1b]0;title\x07<script>alert(1)</script>\u202e\u2028\xff`$(id)|\"'\\"

// TestHostileText: whatever a report carries, no format lets it act.
func TestStrangersText(t *testing.T) {
	r := calm()
	r.Inputs[0].Name = strangers
	r.Hosts[0].Name = strangers
	r.Headline = strangers
	r.Findings = []audit.Finding{{Finding: check.Finding{Code: "x", Severity: check.Warning, Text: strangers,
		Advice: []check.Advice{{Machine: check.Server, Text: strangers, Line: strangers}}}, Hosts: []string{strangers}}}
	r.Clients = []audit.Client{{Address: netip.MustParseAddr("192.0.2.1"), BadlyMapped: 1, Then: audit.Then{NameLast: strangers}, Label: strangers}}
	r.Zones = []audit.Zone{{Zone: strangers, Keeper: strangers}}
	r.Forgeries = []audit.Forgery{{Host: strangers, Text: strangers}}
	r.Connections = []audit.Conn{{Host: strangers, User: strangers, Name: strangers, Outcome: "failed", Address: netip.MustParseAddr("192.0.2.1")}}
	for _, f := range formats() {
		if f.Write == nil || f.Name == "html" || strings.HasPrefix(f.Name, "json") || f.Name == "prometheus" {
			continue // JSON and labels escape by themselves; the page has tests of its own
		}
		text := write(t, f.Name, r, Options{Verbose: true})
		for _, bad := range []string{"\x1b", "\x07", "\u202e", "\u2028", "\xff"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s: %q in %.200q", f.Name, bad, text[strings.Index(text, bad)-20:])
			}
		}
	}
}

// TestJSON: a report survives the way to JSON and back, and a line of jsonl is a client.
func TestJSON(t *testing.T) {
	for _, site := range sites {
		r := recorded(t, site)
		var back audit.Report
		if err := json.Unmarshal([]byte(write(t, "json", r, Options{})), &back); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(r, &back, cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
			cmpopts.IgnoreUnexported(audit.Report{}, audit.Finding{})); d != "" {
			t.Errorf("%s: %s", site, d)
		}
		var got []string
		for line := range strings.Lines(write(t, "jsonl", r, Options{})) {
			var c audit.Client
			if err := json.Unmarshal([]byte(line), &c); err != nil {
				t.Fatal(err)
			}
			got = append(got, c.Address.String())
		}
		if !slices.EqualFunc(got, r.Clients, func(s string, c audit.Client) bool { return s == c.Address.String() }) {
			t.Errorf("%s: %d lines for %d clients", site, len(got), len(r.Clients))
		}
	}
}
