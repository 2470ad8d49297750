// Package auditreport writes the report of an audit, with one writer for each output
// format. It looks nothing up and judges nothing: it knows only what is in the report.
package auditreport

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"rdnsproxy/audit"
	"rdnsproxy/check"
	"rdnsproxy/internal/dialect"
)

// Options say who reads a report and what they want. A format ignores what is not for it;
// the comments name the formats that an option is for.
type Options struct {
	Color   bool // text: colour words with escape sequences
	Width   int  // text: columns; if 0, 80
	Quiet   bool // text: only the verdict, and what is unknown or worse
	Verbose bool // text: also what passes, hosts, forged lines, timings
	ASCII   bool // text: draw with ASCII only

	Command func(text string) string // text: rewrites commands in advice so that they run this program; if nil, they stay

	// FailOn is for nagios and junit: the lowest severity that fails; if 0, check.Warning; above
	// check.Error, none fails.
	FailOn check.Severity
	Time   time.Time // junit, prometheus: the time of the audit; if zero, it is left out
}

// Source is what a format is made from.
type Source int

// The sources.
const (
	Report Source = iota // the report, when all is read
	Events               // the events, while the log is read: no report is made
	Tally                // the counts, for a later audit --merge
)

// Format is an output format: its writer, and the exit statuses that its readers expect.
// Each is a row of the table formats; no other code knows it by name.
type Format struct {
	Name string
	dialect.Ends

	From  Source
	Write func(io.Writer, *audit.Report, Options) error // nil unless it is from the report

	Prose   bool // other text for people may stand around it
	Follows bool // --follow can write it: events as they come, or findings (WriteFinding)
}

// DefaultFormat is the name of the format for people.
const DefaultFormat = "text"

// formats returns the table, sorted by name.
func formats() []Format {
	return []Format{
		{Name: "events", From: Events, Follows: true},
		{Name: "html", Write: writeHTML},
		{Name: "json", Write: writeJSON},
		{Name: "jsonl", Write: writeJSONLines, Follows: true},
		{Name: "junit", Write: writeJUnit},
		{Name: "nagios", Write: writeNagios, Ends: dialect.Nagios()},
		{Name: "prometheus", Write: writePrometheus},
		{Name: "tally", From: Tally},
		{Name: DefaultFormat, Write: writeText, Prose: true, Follows: true},
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
	all := formats()
	i := slices.IndexFunc(all, func(f Format) bool { return f.Name == name })
	if i < 0 {
		return Format{}, fmt.Errorf("unknown format %q (one of %s)", name, strings.Join(Formats(), ", "))
	}
	return all[i], nil
}

// Severities returns the severity of each finding; that of the report if there are none.
func Severities(r *audit.Report) []check.Severity {
	if len(r.Findings) == 0 {
		return []check.Severity{r.Severity}
	}
	var all []check.Severity
	for _, f := range r.Findings {
		all = append(all, f.Severity)
	}
	return all
}
