// Package report writes check results, with one handler for each output format. It
// makes no lookups and judges nothing: it knows only what is in the results.
package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/dialect"
)

// Handler writes a report. Result is called for each target, in order; then Close is
// called once.
type Handler interface {
	Result(*check.Result) error
	Close() error
}

// Options say who reads a report and what they want. A format ignores what is not for
// it; the comments name the formats that an option is for.
type Options struct {
	Color bool // text, table: colour words with escape sequences
	Width int  // columns of the terminal; 0: not a terminal, so text has 80 (no limit if Brief), and table has tabs
	Quiet bool // text, table: only what is unknown or worse

	Verbose bool                     // text: also what passes, and how long it took
	Command func(text string) string // text: rewrites commands in advice so that they run this program; if nil, they stay

	TargetWidth int  // table: columns of the longest target; if 0, it is not known
	Addresses   bool // table: the targets are addresses, so a column of addresses would say nothing

	Ran func() Run // summary: about the run, asked for at its end; if nil, nothing is said

	Brief bool // text: findings and advice, without the evidence

	Empty string // nagios: the OK text if there are no results; if empty, no results are UNKNOWN

	Lacking func() []string // nagios, tap, junit, prometheus, github: what a report lacks, asked for at its end; if nil, nothing

	Unnamed int // nagios, prometheus: known_hosts lines that were not checked, because their host names are hashed

	FailOn  check.Severity // the lowest severity that fails; if 0, check.Warning; above check.Error, none fails
	Time    time.Time      // junit, prometheus: the time of the check; if zero, it is left out
	Summary io.Writer      // github: for the job summary, in Markdown; if nil, none is written
}

// lacking says what the report lacks; empty: it is whole.
func (o *Options) lacking() string {
	if o.Lacking == nil {
		return ""
	}
	return strings.Join(o.Lacking(), "; ")
}

// Format is an output format: its handler, and the exit statuses that its readers
// expect. Each is a row of the table formats; no other code knows it by name.
type Format struct {
	Name string
	New  func(io.Writer, Options) Handler

	// Append appends the record of a result, if each stands alone. The Handler is a Recorder
	// then. It may be called on many goroutines at once. If nil, only Handler.Result will do.
	Append func(dst []byte, r *check.Result) []byte

	dialect.Ends

	Summary   bool // it writes Options.Summary
	SaysEmpty bool // its report says so if there are no results
	Prose     bool // other text for people may stand around it
	Holds     bool // it keeps all results until the end, so a run has at most limits.Targets
}

// DefaultFormat is the name of the format for people.
const DefaultFormat = "text"

// formats returns the table, sorted by name.
func formats() []Format {
	return []Format{
		{Name: "csv", Append: appendCSV,
			New: func(w io.Writer, _ Options) Handler { return &records{w: w, head: csvHead, append: appendCSV} }},
		{Name: "github", Summary: true, New: func(w io.Writer, o Options) Handler { return &github{w: w, o: o} }},
		{Name: "json", New: func(w io.Writer, _ Options) Handler { return &jsonArray{w: w} }},
		{Name: "jsonl", Append: appendJSONLine,
			New: func(w io.Writer, _ Options) Handler { return &records{w: w, append: appendJSONLine} }},
		{Name: "junit", New: func(w io.Writer, o Options) Handler { return &junit{dialect.JUnit{W: w}, o} }},
		{Name: "nagios", New: func(w io.Writer, o Options) Handler { return &nagios{w: w, o: o} },
			SaysEmpty: true, Ends: dialect.Nagios()},
		{Name: "prometheus", New: func(w io.Writer, o Options) Handler { return &prometheus{w: w, o: o} }, Holds: true},
		{Name: "summary", New: func(w io.Writer, o Options) Handler { return newDigest(w, o) }, Prose: true},
		{Name: "table", New: func(w io.Writer, o Options) Handler { return newTable(w, o) }},
		{Name: "tap", New: func(w io.Writer, o Options) Handler { return &tap{w: w, o: o} }},
		{Name: DefaultFormat, Prose: true, New: func(w io.Writer, o Options) Handler { return newText(w, o) }},
	}
}

// Formats lists the names of the formats.
func Formats() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.Name)
	}
	return names
}

// FormatOf returns the format with this name. The error for an unknown name lists the
// names.
func FormatOf(name string) (Format, error) {
	i := slices.IndexFunc(formats(), func(f Format) bool { return f.Name == name })
	if i < 0 {
		return Format{}, fmt.Errorf("unknown format %q (one of %s)", name, strings.Join(Formats(), ", "))
	}
	return formats()[i], nil
}
