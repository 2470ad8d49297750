package logs

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"rdnsproxy/sshdlog"
)

// stamps returns a log with a line at each of the times, in the given form.
func stamps(form string, times ...string) string {
	var b strings.Builder
	for i, s := range times {
		at, err := time.Parse(time.DateTime, s)
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(&b, "%s host sshd[%d]: Failed password for root from 203.0.113.7 port 22 ssh2\n", at.Format(form), i+1)
	}
	return b.String()
}

// TestYears: stamps without a year get the one in which they were written.
func TestYears(t *testing.T) {
	const bsd, iso = time.Stamp, time.RFC3339
	today := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	type file struct{ name, form, times string }
	for name, c := range map[string]struct {
		files   []file
		year    int
		changed string
		by      string
	}{
		"this year": {
			files:   []file{{"auth.log", bsd, "2026-11-01 10:00:00,2026-12-01 10:00:00"}},
			changed: "2026-12-01 10:00:00", by: "the date of the file",
		},
		"a date of the file in the future": {
			files:   []file{{"auth.log", bsd, "2026-11-01 10:00:00,2026-12-01 10:00:00"}},
			changed: "2031-06-01 10:00:00", by: "today's date",
		},
		"a date of the file a month ahead, and lines of last December": {
			files:   []file{{"auth.log", bsd, "2025-12-20 10:00:00,2025-12-24 10:00:00"}},
			changed: "2026-12-30 10:00:00", by: "today's date",
		},
		"a date of the file after the next new year": {
			files:   []file{{"auth.log", bsd, "2026-11-01 10:00:00,2026-11-30 10:00:00"}},
			changed: "2027-01-02 10:00:00", by: "today's date",
		},
		"a clock that is an hour fast": {
			files:   []file{{"auth.log", bsd, "2026-11-01 10:00:00,2026-12-01 13:00:00"}},
			changed: "2026-12-01 13:00:00", by: "today's date",
		},
		"across new year": {
			files:   []file{{"auth.log", bsd, "2025-12-31 23:59:59,2026-01-01 00:00:01"}},
			changed: "2026-01-01 00:00:01", by: "the date of the file",
		},
		"changed after new year": {
			files:   []file{{"auth.log", bsd, "2025-11-30 10:00:00,2025-12-31 23:59:59"}},
			changed: "2026-01-02 10:00:00", by: "the date of the file",
		},
		"three years": {
			files: []file{{"auth.log", bsd, "2024-03-01 10:00:00," +
				"2024-11-01 10:00:00,2025-03-01 10:00:00,2025-02-28 10:00:00,2026-01-01 10:00:00"}},
			changed: "2026-02-01 10:00:00", by: "the date of the file",
		},
		"disorder at new year": {
			files: []file{{"auth.log", bsd, "2025-12-31 23:59:59,2026-01-01 00:00:01," +
				"2025-12-31 23:59:58,2026-01-01 00:00:02"}},
			changed: "2026-01-01 00:00:02", by: "the date of the file",
		},
		"rotated": {
			files: []file{
				{"auth.log.3", bsd, "2024-06-01 10:00:00,2024-12-01 10:00:00"},
				{"auth.log.2.gz", bsd, "2025-02-01 10:00:00,2025-06-01 10:00:00"},
				{"auth.log.1", bsd, "2025-12-01 10:00:00,2026-01-05 10:00:00"},
				{"auth.log", bsd, "2026-02-01 10:00:00"},
			},
			changed: "2026-02-01 10:00:00", by: "the date of the file",
		},
		"a leap day, in a copy of another year": {
			files:   []file{{"auth.log", bsd, "2024-02-28 10:00:00,2024-02-29 10:00:00"}},
			changed: "2026-02-01 10:00:00", by: "the date of the file",
		},
		"a leap day before the last day": {
			files: []file{
				{"auth.log.1", bsd, "2023-12-31 10:00:00,2024-02-29 10:00:00"},
				{"auth.log", bsd, "2024-03-01 10:00:00"},
			},
			changed: "2026-11-01 10:00:00", by: "the date of the file",
		},
		"a compressed file of years": {
			files: []file{{"auth.log.gz", bsd, "2024-06-01 10:00:00," +
				"2024-12-01 10:00:00,2025-06-01 10:00:00,2026-01-01 10:00:00"}},
			changed: "2026-01-02 10:00:00", by: "the date of the file",
		},
		"copied last year": {
			files:   []file{{"auth.log", bsd, "2019-06-01 10:00:00,2019-12-01 10:00:00"}},
			changed: "2026-01-02 10:00:00", year: 2019, by: "--year",
		},
		"upgraded to rfc 3339": {
			files: []file{
				{"auth.log.2", bsd, "2021-12-01 10:00:00,2022-06-01 10:00:00"},
				{"auth.log.1", iso, "2022-07-01 10:00:00,2022-12-01 10:00:00"},
				{"auth.log", bsd, "2023-01-01 10:00:00"},
			},
			changed: "2026-01-02 10:00:00", year: 2019, by: "other lines of the same log",
		},
		"all have one": {
			files:   []file{{"auth.log", iso, "2021-12-01 10:00:00,2022-06-01 10:00:00"}},
			changed: "2026-01-02 10:00:00", year: 2019,
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			changed, err := time.Parse(time.DateTime, c.changed)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, f := range c.files {
				text := stamps(f.form, strings.Split(f.times, ",")...)
				if strings.HasSuffix(f.name, ".gz") {
					text = zipped(text)
				}
				write(t, dir, f.name, text, changed)
				want = append(want, f.times)
			}
			for _, span := range []int64{0, 100} {
				o := Options{Year: c.year, span: span, now: func() time.Time { return today }}
				for _, f := range c.files {
					o.Names = append(o.Names, dir+"/"+f.name)
				}
				s := open(t, o)
				var got []string
				collect := func(f *sshdlog.Frame, _ *sshdlog.Event) error {
					got = append(got, time.Unix(f.Time, 0).UTC().Format(time.DateTime))
					return nil
				}
				for _, show := range first(s.eventsByParts(t.Context())) {
					got = append(got, strings.Replace(show[:19], "T", " ", 1))
				}
				if g, w := strings.Join(got, ","), strings.Join(want, ","); g != w || s.YearBy != c.by {
					t.Errorf("parts of %d bytes: %s, by %q\nwant %s, by %q", span, g, s.YearBy, w, c.by)
				}
				got = nil
				if _, err := open(t, o).Events(t.Context(), collect, nil); err != nil {
					t.Error(err)
				}
				if g, w := strings.Join(got, ","), strings.Join(want, ","); g != w {
					t.Errorf("one by one: %s\nwant %s", g, w)
				}
			}
		})
	}
}

func first[A, B any](a A, _ B) A { return a }

// TestYearOfGzip: the time in a gzip file's header survives a copy.
func TestYearOfGzip(t *testing.T) {
	text := stamps(time.Stamp, "2019-06-01 10:00:00")
	path := write(t, t.TempDir(), "auth.log", text, time.Date(2019, 6, 2, 0, 0, 0, 0, time.UTC))
	packed := piped(t, "", "gzip", "-c", path)
	if err := os.WriteFile(path, []byte(packed), 0o600); err != nil {
		t.Fatal(err)
	}
	_, inputs := ports(t, Options{Names: []string{path}})
	if y := time.Unix(inputs[0].First, 0).UTC().Year(); y != 2019 {
		t.Error(y)
	}
}

// TestYearOfStream: of a stream only today is known.
func TestYearOfStream(t *testing.T) {
	now := time.Now().UTC()
	for _, back := range []int{0, 200} {
		at := now.AddDate(0, 0, -back)
		s := open(t, Options{Names: []string{"-"}, Stdin: strings.NewReader(failure(at, 1))})
		_, inputs, err := s.Tally(t.Context())
		if err != nil || time.Unix(inputs[0].First, 0).UTC().Year() != at.Year() || s.YearBy != "today's date" {
			t.Errorf("%v: %v, %v, %q", at, inputs, err, s.YearBy)
		}
	}
}
