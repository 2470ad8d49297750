package auditreport

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"rdnsproxy/audit"
	"rdnsproxy/safetext"
)

// number formats a number for people: 61,204,113.
func number(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count is a number of things: 1 server, 498 servers.
func count(n int64, one string) string {
	if n == 1 {
		return "1 " + one
	}
	plural := one + "s"
	if strings.HasSuffix(one, "ss") {
		plural = one + "es"
	}
	return number(n) + " " + plural
}

// plural chooses by number.
func plural(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// listed names at most three of a list, and counts the rest.
func listed(names []string, of string) string {
	const most = 3
	if len(names) <= most+1 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s (%s, ...)", count(int64(len(names)), of), strings.Join(names[:most], ", "))
}

// zone is the time zone that the report's times are shown in: that of the log's stamps.
func zone(r *audit.Report) *time.Location {
	if l, err := time.LoadLocation(r.Time.Zone); err == nil {
		return l
	}
	return time.UTC
}

// period says what time a log covers: 10 Dec 2016 06:55 to 11:04, 28 Oct to 25 Nov 2026.
func period(first, last *time.Time, in *time.Location) string {
	if first == nil || last == nil {
		return ""
	}
	from, to := first.In(in), last.In(in)
	const day, year, clock = "2 Jan", " 2006", " 15:04"
	switch {
	case from.Format(day+year) == to.Format(day+year):
		if from.Format(clock) == to.Format(clock) {
			return from.Format(day + year + clock)
		}
		return from.Format(day+year+clock) + " to" + to.Format(clock)
	case to.Sub(from) < 48*time.Hour:
		return from.Format(day+clock) + " to " + to.Format(day+year+clock)
	case from.Year() == to.Year():
		return from.Format(day) + " to " + to.Format(day+year)
	}
	return from.Format(day+year) + " to " + to.Format(day+year)
}

// stamp formats a moment for people.
func stamp(t *time.Time, in *time.Location) string {
	if t == nil {
		return "at an unknown time"
	}
	return t.In(in).Format("2 Jan 2006 15:04")
}

// seconds formats a duration for people: 12.1 ms, 5 s.
func seconds(s float64) string {
	amount, unit := s, " s"
	if s < 1 {
		amount, unit = s*1000, " ms"
	}
	return strings.TrimSuffix(strconv.FormatFloat(amount, 'f', 1, 64), ".0") + unit
}

// address is how a client is shown: its address, or its label.
func address(c *audit.Client) string {
	if c.Label != "" {
		return safetext.Line(c.Label)
	}
	return safetext.Line(c.Address.String())
}
