package logs

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"rdnsproxy/sshdlog"
)

// The stamps of RFC 3164 have no year. Before anything is read, the survey looks at one line
// in each few MiB of the files of a log, in order, and counts where the year changed, as the
// parser does line by line. So any part of a log can be read by itself.

// readTwice is up to which size a file is read twice for its years. In a longer one the
// survey looks at 256 places, but not at two in 64 KiB: if a year passes between two of them,
// it is not noticed.
const readTwice = 4 << 20

// yearAt is the year of the first dated line that begins at a place of a file or behind it.
type yearAt struct {
	at   int64
	year int
}

// sample is the date of a line.
type sample struct {
	f    *source
	at   int64
	date sshdlog.Date
}

// survey orders the sources and tells the years of their stamps.
func (s *Set) survey(ctx context.Context) {
	var files, others []*source
	for _, f := range s.sources {
		if f.stdin != nil || f.kind == journal || f.kind == stream {
			others = append(others, f)
		} else {
			files = append(files, f)
		}
	}
	type log struct {
		files []*source
		first int64
	}
	var all []log
	for _, set := range sets(files) {
		var dates []sample
		for i, f := range set {
			if f.err == nil && ctx.Err() == nil {
				f.lend(func(file *os.File) {
					dates = append(dates, s.dates(ctx, f, file, i == len(set)-1)...)
				})
			}
		}
		s.assign(set, dates)
		all = append(all, log{set, s.first(set)})
	}
	slices.SortStableFunc(all, func(a, b log) int {
		return cmp.Or(cmp.Compare(a.first, b.first), strings.Compare(a.files[0].stem, b.files[0].stem))
	})
	s.sources = nil
	for _, l := range all {
		s.sources = append(s.sources, l.files...)
	}
	s.sources = append(s.sources, others...)
}

// framingOf returns the framing of an input that begins with head.
func (o *Options) framingOf(head []byte) sshdlog.Framing {
	if o.Framing != sshdlog.Auto {
		return o.Framing
	}
	return sshdlog.Detect(head)
}

// dates returns the dates of lines of a file, in order. last says that it is the newest of
// its log, so that the date of its end matters.
func (s *Set) dates(ctx context.Context, f *source, file *os.File, last bool) (all []sample) {
	if f.date.Month == 0 && f.kind == packed {
		return nil
	}
	if f.date.Year == 0 && f.size <= readTwice && (f.kind == plain || last) {
		return s.datesThrough(ctx, f, file)
	}
	all = append(all, sample{f, 0, f.date})
	if f.kind == packed {
		return all
	}
	part, every := f.partSize(&s.o), max(64<<10, f.size/256)
	buf := make([]byte, 8<<10)
	look := func(at int64) {
		n, _ := file.ReadAt(buf, at-1) // a line begins at "at" if a newline stands before it
		if d, ok := firstDate(buf[:n], true); ok {
			all = append(all, sample{f, at, d})
		}
	}
	for at := int64(0); at < f.size && ctx.Err() == nil; at += part {
		if at > 0 {
			look(at)
		}
		if all[len(all)-1].date.Year == 0 {
			for within := at + every; within < min(f.size, at+part); within += every {
				look(within)
			}
		}
	}
	if last {
		n, _ := file.ReadAt(buf, max(0, f.size-int64(len(buf))))
		if d, ok := lastDate(buf[:n]); ok {
			all = append(all, sample{f, f.size, d})
		}
	}
	return all
}

// datesThrough returns the dates of all lines of a file, but for those that are the same as
// the one before.
func (s *Set) datesThrough(ctx context.Context, f *source, file *os.File) (all []sample) {
	text := io.NopCloser(io.Reader(io.NewSectionReader(file, 0, f.size)))
	if f.kind == packed {
		var err error
		if text, err = f.packing.open(ctx, text); err != nil {
			return nil
		}
	}
	defer text.Close()
	part, next := f.partSize(&s.o), int64(0)
	var l lines
	for l.reset(text, 0); ctx.Err() == nil; {
		line, at, err := l.next()
		if err != nil {
			return all
		}
		if d, ok := sshdlog.DateOf(line); ok && (at >= next || d != all[len(all)-1].date) {
			all = append(all, sample{f, at, d})
			for ; next <= at; next += part {
			}
		}
	}
	return all
}

// firstDate returns the date of the first dated line; inside says that the first line is not
// whole.
func firstDate(text []byte, inside bool) (sshdlog.Date, bool) {
	for line := range bytes.Lines(text) {
		if inside {
			inside = false
			continue
		}
		if d, ok := sshdlog.DateOf(line); ok {
			return d, true
		}
	}
	return sshdlog.Date{}, false
}

// lastDate returns the date of the last dated line of a text's end.
func lastDate(text []byte) (last sshdlog.Date, found bool) {
	for line := range bytes.Lines(text) {
		if d, ok := sshdlog.DateOf(line); ok {
			last, found = d, true
		}
	}
	return last, found
}

// assign gives the files of a log the years at the samples.
func (s *Set) assign(set []*source, dates []sample) {
	if !slices.ContainsFunc(dates, func(d sample) bool { return d.date.Year == 0 }) {
		return
	}
	years := make([]int, len(dates))
	back := func(i int) { // the years before i
		for ; i > 0; i-- {
			years[i-1] = years[i] - sshdlog.NewYears(dates[i-1].date, dates[i].date)
		}
	}
	known := false
	for i, d := range dates {
		switch {
		case d.date.Year != 0:
			if years[i] = d.date.Year; !known {
				back(i)
			}
			known = true
		case known:
			years[i] = years[i-1] + sshdlog.NewYears(dates[i-1].date, d.date)
		}
	}
	by := "other lines of the same log"
	if !known {
		end := len(dates) - 1
		years[end], by = s.o.anchor(set[len(set)-1], dates[end].date)
		back(end)
		if s.o.Year == 0 {
			toLeapYear(dates, years)
		}
	}
	s.YearBy = cmp.Or(s.YearBy, by)
	for i, d := range dates {
		d.f.years = append(d.f.years, yearAt{d.at, years[i]})
		if d.date.Year == 0 {
			d.f.yearBy = by
		}
	}
}

// toLeapYear moves all years back until the first 29 February is in a year that has one: a copy of
// a log is younger than its lines.
func toLeapYear(dates []sample, years []int) {
	i := slices.IndexFunc(dates, func(d sample) bool { return d.date.Month == 2 && d.date.Day == 29 })
	for i >= 0 && time.Date(years[i], 2, 29, 0, 0, 0, 0, time.UTC).Month() != 2 {
		for k := range years {
			years[k]--
		}
	}
}

// anchor returns the year of the last date of a log, and where it is from. No date is later than a
// day from now.
func (o *Options) anchor(newest *source, last sshdlog.Date) (year int, by string) {
	if o.Year != 0 {
		return o.Year, "--year"
	}
	at, by := time.Now(), "today's date"
	if o.now != nil {
		at = o.now()
	}
	// A file from the future was touched, or its machine's clock was wrong.
	if newest != nil && !newest.written.After(at) {
		at, by = newest.written, "the date of the file"
	}
	return yearBefore(at.In(o.Zone), last), by
}

// yearBefore returns the last year in which a date is not after a time. A clock that is a
// day fast is no reason to think of the year before.
func yearBefore(at time.Time, d sshdlog.Date) int {
	at = at.AddDate(0, 0, 1)
	if d.Month > int(at.Month()) || d.Month == int(at.Month()) && d.Day > at.Day() {
		return at.Year() - 1
	}
	return at.Year()
}

// yearFor returns the year of the first dated line at a place of a file, or behind it; 0: it
// is not known, or all dates have one.
func (f *source) yearFor(at int64) int {
	i, _ := slices.BinarySearchFunc(f.years, at, func(y yearAt, at int64) int { return cmp.Compare(y.at, at) })
	if i == len(f.years) {
		if i--; i < 0 {
			return 0
		}
	}
	return f.years[i].year
}

// first returns the time of the first line of the server's in a log, or else the day of its
// first dated line; 0: neither is known.
func (s *Set) first(set []*source) int64 {
	var frame sshdlog.Frame
	for _, f := range set {
		p := sshdlog.Parser{Input: f.framing, Tags: s.o.Tags, Clock: sshdlog.Clock{Year: f.yearFor(0), Zone: s.o.Zone}}
		if f.line != "" && p.Parse([]byte(f.line), &frame) == sshdlog.OK && frame.Time != 0 {
			return frame.Time
		}
	}
	for _, f := range set {
		if d := f.date; d.Month != 0 {
			return time.Date(cmp.Or(d.Year, f.yearFor(0)), time.Month(d.Month), d.Day, 0, 0, 0, 0, s.o.Zone).Unix()
		}
	}
	return 0
}
