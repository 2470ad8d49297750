package sshdlog

import (
	"strings"
	"testing"
	"time"
)

// Stamps without a year get theirs from those around them.
func TestYears(t *testing.T) {
	for _, c := range []struct {
		name   string
		start  int
		stamps []string // as logged, and the date
	}{
		{"new year", 2025, []string{"Dec 31 23:59:59", "2025-12-31", "Jan  1 00:00:01", "2026-01-01"}},
		{"three years in one log", 2023, []string{
			"Feb  3 00:00:00", "2023-02-03", "Nov 30 00:00:00", "2023-11-30", "Mar  1 00:00:00", "2024-03-01",
			"Mar  9 00:00:00", "2024-03-09", "Feb 27 00:00:00", "2025-02-27", "Jan 15 00:00:00", "2026-01-15"}},
		{"disorder at midnight of new year", 2025, []string{
			"Dec 31 23:59:59", "2025-12-31", "Jan  1 00:00:00", "2026-01-01", "Dec 31 23:59:59", "2025-12-31",
			"Jan  1 00:00:01", "2026-01-01", "Jan  1 00:00:02", "2026-01-01"}},
		{"disorder at a month's edge", 2026, []string{
			"Dec  1 00:00:00", "2026-12-01", "Nov 30 23:59:59", "2026-11-30", "Dec  1 00:00:01", "2026-12-01"}},
		{"disorder at the end of February", 2026, []string{
			"Mar  1 00:00:00", "2026-03-01", "Feb 28 23:59:59", "2026-02-28", "Mar  1 00:00:01", "2026-03-01"}},
		{"eleven months of silence", 2025, []string{"Dec  2 00:00:00", "2025-12-02", "Nov 30 00:00:00", "2026-11-30"}},
		{"February 29", 2024, []string{"Feb 29 12:00:00", "2024-02-29"}},
		{"February 29 in a year that has none", 2026, []string{
			"Feb 28 12:00:00", "2026-02-28", "Feb 29 12:00:00", "2026-03-01", "Mar  1 12:00:00", "2026-03-01"}},
		{"no such day", 2026, []string{"Feb 30 12:00:00", "", "Apr 31 12:00:00", "", "Apr 32 12:00:00", "", "Apr 30 24:00:00", ""}},
		{"days padded by nothing and by zeros", 2026, []string{
			"Feb 7 16:01:07", "2026-02-07", "Feb 07 16:01:07", "2026-02-07", "Feb 17 16:01:07", "2026-02-17"}},
		{"not known, then known", 0, []string{
			"Dec 31 23:00:00", "", "2025-12-31T23:30:00Z", "2025-12-31", "Dec 31 23:40:00", "2025-12-31", "Jan  1 00:00:00", "2026-01-01"}},
		{"3164, then 3339, then 3164", 2024, []string{
			"Nov 25 20:00:00", "2024-11-25", "2026-01-03T00:00:00Z", "2026-01-03", "Jan  4 00:00:00", "2026-01-04"}},
		{"OpenWrt, then 3164", 0, []string{
			"Wed Dec 31 23:00:00 2025", "2025-12-31", "Jan  1 00:00:00", "2026-01-01", "Wed Dec 31 23:00:00 2025", "2025-12-31"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := Parser{Clock: Clock{Year: c.start}}
			// The same years have to come out when another program logged in between.
			q := Parser{Clock: Clock{Year: c.start}}
			var f, g Frame
			for i := 0; i < len(c.stamps); i += 2 {
				line := c.stamps[i] + " fs1 sshd[3]: x"
				p.Parse([]byte(line), &f)
				q.Parse([]byte(c.stamps[i]+" fs1 cron[3]: x"), &g)
				q.Parse([]byte(line), &g)
				day := ""
				if f.Time != 0 {
					day = time.Unix(f.Time, 0).UTC().Format(time.DateOnly)
				}
				if day != c.stamps[i+1] || f.Time != g.Time {
					t.Errorf("%s: %s, after another program %d, want %s", line, day, g.Time-f.Time, c.stamps[i+1])
				}
			}
		})
	}
}

// Only another program logged since the log's stamps have years.
func TestYearFromOthers(t *testing.T) {
	p := Parser{Clock: Clock{Year: 2020}}
	var f Frame
	for _, line := range []string{"2025-12-31T20:08:24Z fs1 cron[3]: x", "Jan  1 20:08:24 fs1 sshd[3]: x"} {
		p.Parse([]byte(line), &f)
	}
	if y := time.Unix(f.Time, 0).UTC().Year(); y != 2026 {
		t.Error(y)
	}
}

// A line without a year that was collected into a record with one.
func TestYearOfRecord(t *testing.T) {
	for record, want := range map[string]string{
		`{"@timestamp":"2025-12-31T23:30:00Z","message":"Dec 31 23:29:59 fs1 sshd[3]: x"}`: "2025-12-31T23:29:59Z",
		`{"@timestamp":"2026-01-01T00:00:03Z","message":"Dec 31 23:59:59 fs1 sshd[3]: x"}`: "2025-12-31T23:59:59Z",
		`{"@timestamp":"2025-12-31T23:00:03Z","message":"Jan  1 00:00:01 fs1 sshd[3]: x"}`: "2026-01-01T00:00:01Z",
		`{"@timestamp":"2025-12-31T23:00:03Z","message":"sshd[3]: x","tag":"sshd"}`:        "2025-12-31T23:00:03Z",
	} {
		var p Parser
		var f Frame
		found := p.Parse([]byte(record), &f)
		if got := time.Unix(f.Time, 0).UTC().Format(time.RFC3339); found != OK || got != want {
			t.Errorf("%s: %v, %s, want %s", record, found, got, want)
		}
	}
}

// Only another program logged at the turn of the year.
func TestYearOfOthers(t *testing.T) {
	p := Parser{Clock: Clock{Year: 2024}}
	var f Frame
	for _, line := range []string{
		"Nov 25 20:08:24 fs1 sshd[3]: x", "Jan 25 20:08:24 fs1 cron[3]: x", "Nov 25 20:08:24 fs1 sshd[3]: x",
	} {
		p.Parse([]byte(line), &f)
	}
	if y := time.Unix(f.Time, 0).UTC().Year(); y != 2025 {
		t.Error(y)
	}
}

func TestZones(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, stamp, want string }{
		{"winter", "Nov 25 20:08:24", "2026-11-25T19:08:24Z"},
		{"summer", "Jul 25 20:08:24", "2026-07-25T18:08:24Z"},
		{"before the clocks go back", "Oct 25 01:59:59", "2026-10-24T23:59:59Z"},
		{"an hour that exists twice", "Oct 25 02:30:00", "2026-10-25T00:30:00Z"},
		{"after it", "Oct 25 03:00:00", "2026-10-25T02:00:00Z"},
		{"before the clocks go forward", "Mar 29 01:59:59", "2026-03-29T00:59:59Z"},
		{"an hour that does not exist", "Mar 29 02:30:00", "2026-03-29T01:30:00Z"},
		{"after it", "Mar 29 03:30:00", "2026-03-29T01:30:00Z"},
		{"without zone", "2026-07-25T20:08:24", "2026-07-25T18:08:24Z"},
		{"its own zone", "2026-07-25T20:08:24Z", "2026-07-25T20:08:24Z"},
		{"short-full, the first of both", "Sun 2026-10-25 02:30:00 CEST", "2026-10-25T00:30:00Z"},
		{"short-full, the second of both", "Sun 2026-10-25 02:30:00 CET", "2026-10-25T01:30:00Z"},
		{"short-full, UTC", "Sun 2026-10-25 02:30:00 UTC", "2026-10-25T02:30:00Z"},
		{"short-full, a zone that is not known", "Sun 2026-07-25 20:08:24 PDT", "2026-07-25T18:08:24Z"},
	} {
		p := Parser{Clock: Clock{Year: 2026, Zone: berlin}}
		var f Frame
		p.Parse([]byte(c.stamp+" fs1 sshd[3]: x"), &f)
		if local := !strings.HasSuffix(c.stamp, "Z") && !strings.HasSuffix(c.stamp, "UTC"); f.Local != local {
			t.Errorf("%s: %s: local %t", c.name, c.stamp, f.Local)
		}
		if got := time.Unix(f.Time, 0).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s: %s: %s, want %s", c.name, c.stamp, got, c.want)
		}
	}
}

func TestDateOf(t *testing.T) {
	for line, want := range map[string]Date{
		"Nov 25 20:08:24 fs1 x":                     {0, 11, 25},
		"<38>Nov  5 20:08:24 fs1 x":                 {0, 11, 5},
		"Nov 5 20:08:24 fs1 x: y":                   {0, 11, 5},
		"2026-11-25T20:08:24Z fs1 x":                {2026, 11, 25},
		"<38>1 2026-11-25T20:08:24Z fs1 x":          {2026, 11, 25},
		"Wed Nov 25 20:08:24 2026 auth.info sshd: ": {2026, 11, 25},
		"Wed 2026-11-25 20:08:24 UTC fs1 x":         {2026, 11, 25},
		"1795637304.651567 fs1 sshd[381]: MSG":      {2026, 11, 25},
		"Nov 45 20:08:24 fs1 x":                     {},
		"{\"MESSAGE\":\"x\"}":                       {},
		"":                                          {},
	} {
		d, ok := DateOf([]byte(line))
		if ok != (want != Date{}) || ok && d != want {
			t.Errorf("%s: %v %v", line, d, ok)
		}
	}
}
