package cli

import (
	"strconv"
	"strings"
	"time"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
)

// parseTimes reads --timezone, and in that zone --since and --until.
func (f *auditFlags) parseTimes() error {
	zone := time.Local
	if f.zone != "" {
		l, err := time.LoadLocation(f.zone)
		if err != nil || f.zone == "Local" {
			return console.Refuse(exit.Usage, "--timezone takes a name such as Europe/Berlin or UTC",
				"--timezone: unknown zone %s", console.Quoted(f.zone))
		}
		zone, f.Zone = l, l
	}
	now := time.Now()
	var ok bool
	if f.since != "" {
		if f.Since, ok = moment(f.since, now, zone, false); !ok {
			return notATime("since", f.since)
		}
	}
	if f.until != "" {
		if f.Until, ok = moment(f.until, now, zone, true); !ok {
			return notATime("until", f.until)
		}
	}
	if f.since != "" && f.until != "" && f.Since.After(f.Until) {
		return console.Refuse(exit.Usage, "exchange them",
			"--since %s is after --until %s", console.Quoted(f.since), console.Quoted(f.until))
	}
	return nil
}

func notATime(flag, value string) error {
	return console.Refuse(exit.Usage, "a time is 2026-11-25, 2026-11-25T20:00:00Z, today, yesterday, or -2d for two days ago (m, h, d, w)",
		"--%s: %s is not a time", flag, console.Quoted(value))
}

// moment reads a time. One without a zone is in that of the log; a date alone is the
// beginning of the day, or its last second if it ends a period.
func moment(text string, now time.Time, zone *time.Location, ends bool) (time.Time, bool) {
	if ago, ok := strings.CutPrefix(text, "-"); ok {
		d, ok := period(ago)
		return now.Add(-d), ok
	}
	switch text {
	case "today":
		text = now.In(zone).Format(time.DateOnly)
	case "yesterday":
		text = now.In(zone).AddDate(0, 0, -1).Format(time.DateOnly)
	}
	text = strings.Replace(text, " ", "T", 1)
	if t, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		if ends {
			t = t.AddDate(0, 0, 1).Add(-time.Second)
		}
		return t, sane(t)
	}
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(form, text, zone); err == nil {
			return t, sane(t)
		}
	}
	return time.Time{}, false
}

// sane reports whether a log can have a time; what is counted in seconds since 1970 takes 0
// for none.
func sane(t time.Time) bool { return t.Unix() > 0 && t.Year() <= 9999 }

// period reads a number with its unit: 90m, 6h, 2d, 1w.
func period(text string) (time.Duration, bool) {
	if text == "" {
		return 0, false
	}
	unit, ok := map[byte]time.Duration{
		's': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour,
	}[text[len(text)-1]]
	n, err := strconv.ParseUint(text[:len(text)-1], 10, 32)
	if !ok || err != nil || n > 100*365 && unit >= 24*time.Hour {
		return 0, false
	}
	return time.Duration(n) * unit, true
}
