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
)

// Handler gets the results in order, one at a time, then Close once.
type Handler interface {
	Result(*check.Result) error
	Close() error
}

// Options is what the caller knows of the reader.
type Options struct {
	Color bool // the reader is a terminal that wants colour
	Width int  // columns; if 0, 80, or with Brief without end
	Quiet bool // text: only what is unknown or worse

	Verbose bool                     // text: what is fine too, and how long it took
	Command func(text string) string // text: makes the commands in advice run this program; if nil, they stand as they are

	Brief bool // text: what was found and what to do, without the evidence

	Empty string // nagios: what to say where there is no result, which is fine then; if empty, nothing and UNKNOWN

	Unnamed int // nagios, prometheus: lines of known_hosts whose hosts nobody could look at, since their names are hashed

	FailOn  check.Severity // what fails, from this severity on; if 0, check.Warning; above check.Error nothing does
	Time    time.Time      // junit, prometheus: when the check was made; if zero, they do not say
	Summary io.Writer      // github: the job summary, in Markdown; if nil, none is written
}

var formats = map[string]func(io.Writer, Options) Handler{
	"text":  func(w io.Writer, o Options) Handler { return newText(w, o) },
	"json":  func(w io.Writer, _ Options) Handler { return &jsonArray{w: w} },
	"jsonl": func(w io.Writer, _ Options) Handler { return &jsonLines{w: w} },

	"junit":      func(w io.Writer, o Options) Handler { return &junit{w: w, o: o} },
	"tap":        func(w io.Writer, o Options) Handler { return &tap{w: w, o: o} },
	"github":     func(w io.Writer, o Options) Handler { return &github{w: w, o: o} },
	"nagios":     func(w io.Writer, o Options) Handler { return &nagios{w: w, o: o} },
	"prometheus": func(w io.Writer, o Options) Handler { return &prometheus{w: w, o: o} },
}

// Formats lists the names that New takes.
func Formats() []string {
	var names []string
	for name := range formats {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// New makes the handler of a format; an unknown one is an error that lists them.
func New(format string, w io.Writer, o Options) (Handler, error) {
	f := formats[format]
	if f == nil {
		return nil, fmt.Errorf("unknown format %q (one of %s)", format, strings.Join(Formats(), ", "))
	}
	return f(w, o), nil
}
