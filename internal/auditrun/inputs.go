package auditrun

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"rdnsproxy/audit"
	"rdnsproxy/audit/tally"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/logs"
	"rdnsproxy/safetext"
)

// logOptions returns what is read, and how.
func (r *run) logOptions() logs.Options {
	o := logs.Options{
		Names:      r.o.Names,
		Journal:    r.o.Journal,
		JournalDir: r.o.JournalDir,
		Framing:    r.o.Input,
		Tags:       r.o.Tags,
		Year:       r.o.Year,
		Zone:       r.o.Zone,
		Tally:      tally.Options{UnknownUsers: r.o.UnknownUsers, Only: r.o.Only},
	}
	if r.w.In != nil {
		o.Stdin = r.w.In
	}
	if !r.o.Since.IsZero() {
		o.Tally.Since = r.o.Since.Unix()
	}
	if !r.o.Until.IsZero() {
		o.Tally.Until = r.o.Until.Unix()
	}
	return o
}

// inputs describes what was read for a report.
func (r *run) inputs(read []logs.Input) []audit.Input {
	all := make([]audit.Input, len(read))
	for i, in := range read {
		all[i] = audit.Input{
			Name: console.InputName(in.Name), Framing: in.Framing().String(), Trust: in.Trust.String(),
			Bytes: in.Bytes, Lines: in.Lines, SSHD: in.SSHD, Unread: in.Unread, Cut: in.Cut,
			First: moment(in.First), Last: moment(in.Last), Partial: in.Partial,
			Denied: errors.Is(in.Err, fs.ErrPermission),
		}
		if in.YearBy != "" {
			all[i].Assumed = append(all[i].Assumed, "year")
		}
		if r.o.Zone == nil && in.Local {
			all[i].Assumed = append(all[i].Assumed, "zone")
		}
		for _, shape := range in.Shapes {
			all[i].Shapes = append(all[i].Shapes, safetext.Line(shape))
		}
		switch {
		case errors.Is(in.Err, context.Canceled):
			if !r.o.Follow { // which has no other end
				all[i].Error = "interrupted before its end"
			}
		case errors.Is(in.Err, io.ErrUnexpectedEOF):
			all[i].Error = "truncated: it ends in the middle of compressed data"
		case in.Err != nil:
			all[i].Error = console.PlainError(in.Err)
		}
	}
	return all
}

// moment returns a stamp as a time; nil if there is none.
func moment(stamp int64) *time.Time {
	if stamp == 0 {
		return nil
	}
	t := time.Unix(stamp, 0).UTC()
	return &t
}

// span says what had to be assumed about the stamps.
func (r *run) span(yearBy string, inputs []logs.Input) audit.Span {
	s := audit.Span{Zone: zoneName(r.w, r.o.Zone), Assumed: []string{}, YearBy: yearBy}
	if yearBy != "" {
		s.Assumed = append(s.Assumed, "year")
	}
	if r.o.Zone == nil && slices.ContainsFunc(inputs, func(in logs.Input) bool { return in.Local }) {
		s.Assumed = append(s.Assumed, "zone")
	}
	return s
}

// zoneName is the name of a zone; of this machine's, if it is nil.
func zoneName(w console.World, zone *time.Location) string {
	return strings.TrimPrefix(longZoneName(w, zone), "Etc/") // Etc/UTC is UTC
}

func longZoneName(w console.World, zone *time.Location) string {
	if zone != nil {
		return zone.String()
	}
	if tz := strings.TrimPrefix(w.Getenv("TZ"), ":"); tz != "" {
		if _, err := time.LoadLocation(tz); err == nil {
			return tz
		}
	}
	if link, err := os.Readlink("/etc/localtime"); err == nil {
		if _, name, ok := strings.Cut(link, "zoneinfo/"); ok {
			return name
		}
	}
	name, _ := time.Now().Zone()
	return name
}

// progress says how far reading has come: 12.3 of 40.1 GiB, 61 million lines, ...
func progress(p logs.Progress, took time.Duration) string {
	words := fmt.Sprintf("read %s lines", thousands(p.Lines)) // of what has no size
	if p.Total > 0 {
		words = fmt.Sprintf("read %s of %s, %s lines", size(p.Bytes), size(p.Total), thousands(p.Lines))
	}
	if s := took.Seconds(); s >= 1 {
		words += fmt.Sprintf(", %s lines/s", thousands(int64(float64(p.Lines)/s)))
		if p.Total > p.Bytes && p.Bytes > 0 {
			left := time.Duration(float64(took) * float64(p.Total-p.Bytes) / float64(p.Bytes))
			words += fmt.Sprintf(", %s left", left.Round(time.Second))
		}
	}
	return words
}

// size formats bytes for people.
func size(n int64) string {
	const unit = 1024
	f, i := float64(n), 0
	for ; f >= unit && i < 4; i++ {
		f /= unit
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %ciB", f, "KMGT"[i-1])
}

// thousands formats a count for a line that changes all the time.
func thousands(n int64) string {
	switch {
	case n >= 10_000_000:
		return fmt.Sprintf("%d million", n/1_000_000)
	case n >= 1_000_000:
		return fmt.Sprintf("%.1f million", float64(n)/1e6)
	case n >= 10_000:
		return fmt.Sprintf("%d,000", n/1000)
	}
	return fmt.Sprint(n)
}
