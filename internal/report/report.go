// Package report writes check results, one handler per output format. It looks
// nothing up and judges nothing: all it knows is in the results.
package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/exit"
)

// Handler gets the results in order, one at a time, then Close once.
type Handler interface {
	Result(*check.Result) error
	Close() error
}

// Options is what the caller knows of the reader.
type Options struct {
	Color bool // text, table: colour words with escape sequences
	Width int  // columns of the terminal; if 0, it is none: text has 80 or, if Brief, no limit; table has tabs
	Quiet bool // text, table: only what is unknown or worse

	Verbose bool                     // text: what is fine too, and how long it took
	Command func(text string) string // text: makes the commands in advice run this program; if nil, they stand as they are

	TargetWidth int // table: columns of the longest target; if 0, it is not known

	Brief bool // text: what was found and what to do, without the evidence

	Empty string // nagios: what to say where there is no result, which is fine then; if empty, nothing and UNKNOWN

	Unnamed int // nagios, prometheus: lines of known_hosts whose hosts nobody could look at, since their names are hashed

	FailOn  check.Severity // what fails, from this severity on; if 0, check.Warning; above check.Error nothing does
	Time    time.Time      // junit, prometheus: when the check was made; if zero, they do not say
	Summary io.Writer      // github: the job summary, in Markdown; if nil, none is written
}

// Format is one way to write results: its handler, and the exit statuses that its
// readers expect. A format is a row of formats, and nothing else knows its name.
type Format struct {
	Name string
	New  func(io.Writer, Options) Handler

	// Status is the exit status for findings of these severities.
	Status func(failOn check.Severity, found []check.Severity) int
	// Failed is the exit status where there is no report, or half of one.
	Failed int
	// NoReport is what stdout gets then, and why; if nil, nothing.
	NoReport func(why string) string

	Summary   bool // it writes Options.Summary
	SaysEmpty bool // where there is no result, its report says so

	interrupted int // exit status; if 0, Status of what was found by then
}

// Interrupted is the exit status where the user has ended the work.
func (f Format) Interrupted(failOn check.Severity, found []check.Severity) int {
	if f.interrupted == 0 {
		return f.Status(failOn, found)
	}
	return f.interrupted
}

// formats are in the order of their names.
var formats = [...]Format{
	{Name: "github", Summary: true, New: func(w io.Writer, o Options) Handler { return &github{w: w, o: o} }},
	{Name: "json", New: func(w io.Writer, _ Options) Handler { return &jsonArray{w: w} }},
	{Name: "jsonl", New: func(w io.Writer, _ Options) Handler { return &jsonLines{w: w} }},
	{Name: "junit", New: func(w io.Writer, o Options) Handler { return &junit{w: w, o: o} }},
	{Name: "nagios", New: func(w io.Writer, o Options) Handler { return &nagios{w: w, o: o} },
		SaysEmpty: true, Status: nagiosStatus, Failed: nagiosUnknown, NoReport: nagiosNoReport},
	{Name: "prometheus", New: func(w io.Writer, o Options) Handler { return &prometheus{w: w, o: o} }},
	{Name: "table", New: func(w io.Writer, o Options) Handler { return newTable(w, o) }},
	{Name: "tap", New: func(w io.Writer, o Options) Handler { return &tap{w: w, o: o} }},
	{Name: "text", New: func(w io.Writer, o Options) Handler { return newText(w, o) }},
}

// Formats lists the names of the formats.
func Formats() []string {
	var names []string
	for _, f := range formats {
		names = append(names, f.Name)
	}
	return names
}

// FormatOf gives a format by its name; an unknown one is an error that lists them.
func FormatOf(name string) (Format, error) {
	i := slices.IndexFunc(formats[:], func(f Format) bool { return f.Name == name })
	if i < 0 {
		return Format{}, fmt.Errorf("unknown format %q (one of %s)", name, strings.Join(Formats(), ", "))
	}
	f := formats[i]
	if f.Status == nil { // as check itself
		f.Status, f.Failed, f.interrupted = Status, exit.Usage, exit.Interrupted
	}
	return f, nil
}

// New makes the handler of a format; see FormatOf for the error.
func New(format string, w io.Writer, o Options) (Handler, error) {
	f, err := FormatOf(format)
	if err != nil {
		return nil, err
	}
	return f.New(w, o), nil
}

// Status is check's exit status for findings of these severities: what is known to
// fail beats what is unknown, and neither counts where nothing is to fail.
func Status(failOn check.Severity, found []check.Severity) int {
	result, o := passed, Options{FailOn: failOn}
	for _, s := range found {
		result = max(result, o.weigh(s))
	}
	return [...]int{passed: exit.OK, undetermined: exit.Unknown, failed: exit.Found}[result]
}
