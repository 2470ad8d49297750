package survey

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"sync"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/report"
	"rdnsproxy/replacefile"
)

// finish does what is in the queue, reports it and returns the exit status.
func (s *Survey) finish(ctx context.Context, q *queue) (int, error) {
	format, err := report.FormatOf(s.o.Format)
	if err != nil {
		return 0, err
	}
	var a account
	err = s.write(&a, q, s.outcomes(ctx, q, format.Append))
	s.progress.Clear()
	switch {
	case errors.Is(err, console.ErrInterrupted) && q.more != nil:
		s.voice.Error(a.interrupted())
		return format.Interrupted(s.o.FailOn, a.severities.list()), nil
	case err != nil:
		return s.Fail(a.severities.list(), err), nil
	case a.invalid > 0:
		return format.Invalid(s.o.FailOn, a.severities.list()), nil
	}
	return s.Status(a.severities.list()), nil
}

// account is what has been reported so far.
type account struct {
	severities severities
	reported   int
	unfinished int // of those reported: the run was interrupted before they were done
	invalid    int // of those reported: they are no targets
}

func (a *account) add(o outcome) {
	a.severities |= o.severities
	a.reported++
	if o.interrupted {
		a.unfinished++
	}
	if o.invalid {
		a.invalid++
	}
}

// interrupted says how far the run has come. Where the list ends, nobody knows.
func (a *account) interrupted() error {
	return console.Refuse(exit.Interrupted, "",
		"interrupted: %d targets are done, %d that were begun are not", a.reported-a.unfinished, a.unfinished)
}

// Report writes the report and returns the severities of all findings, each once.
func (s *Survey) Report(results iter.Seq[*check.Result]) ([]check.Severity, error) {
	var a account
	err := s.write(&a, nil, ofResults(results))
	s.progress.Clear()
	return a.severities.list(), err
}

// Fail prints why the report is incomplete, given Report's error, and returns the
// exit status.
func (s *Survey) Fail(severities []check.Severity, err error) int {
	format, _ := report.FormatOf(s.o.Format) // there was a report of it
	var refusal *console.Refusal
	switch {
	case errors.Is(err, console.ErrInterrupted):
		s.voice.Error(console.Interrupted(s.o.Output))
		return format.Interrupted(s.o.FailOn, severities)
	case errors.As(err, &refusal): // the list of targets
		s.voice.Error(refusal)
	case s.o.Output != "":
		s.voice.Error(console.Refuse(exit.Usage, "--output takes a file in a directory you can write to, or - for stdout",
			"writing the report to %v", err))
	default:
		s.voice.Error(fmt.Errorf("writing the report: %s", console.PlainError(err)))
	}
	return format.Incomplete()
}

// Status returns the exit status for the severities of a complete report.
func (s *Survey) Status(severities []check.Severity) int {
	if len(severities) == 0 && s.o.Empty != "" {
		return exit.OK
	}
	format, _ := report.FormatOf(s.o.Format) // there was a report of it
	return format.Status(s.o.FailOn, severities)
}

// write writes what came of the targets to stdout as it arrives, or to --output when all
// is there, so that its readers never see half a report. q is nil if the targets are not
// read from one.
func (s *Survey) write(a *account, q *queue, outcomes iter.Seq[outcome]) error {
	write := func(out io.Writer) error {
		format, err := report.FormatOf(s.o.Format)
		if err != nil {
			return err
		}
		o := s.o.reportOptions(s.w)
		o.TargetWidth = s.o.TargetWidth
		o.Brief, o.Empty, o.Unnamed = s.o.Brief && !s.o.Verbose, s.o.Empty, s.unnamed
		if summary := s.w.Getenv("GITHUB_STEP_SUMMARY"); format.Summary && summary != "" {
			f, err := os.OpenFile(summary, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
			if err != nil {
				return err
			}
			defer f.Close()
			o.Summary = f
		}
		handler := sync.OnceValue(func() report.Handler { // when the first targets are read
			if q != nil && o.Width > 0 {
				o.TargetWidth = q.width()
			}
			return format.New(out, o)
		})
		var stopped error
		for one := range outcomes {
			if stopped = one.bad; stopped != nil {
				break
			}
			if one.result == nil && one.record == nil {
				continue
			}
			a.add(one)
			if err := s.progress.WhileHidden(func() error { return one.writeTo(handler()) }); err != nil {
				return err
			}
		}
		switch {
		case stopped != nil:
		case a.unfinished > 0:
			stopped = console.ErrInterrupted
		case q != nil:
			stopped = q.err
		}
		s.progress.Clear()
		return errors.Join(handler().Close(), stopped)
	}
	switch {
	case s.o.Output != "":
		return replacefile.Output(s.o.Output, func(out io.Writer) error { return eagerly(out, write) })
	case q != nil && q.more != nil && s.w.TerminalWidth() == 0:
		return eagerly(s.w.Out, write)
	}
	return write(s.w.Out)
}

// writeTo writes an outcome that has something to report.
func (o outcome) writeTo(h report.Handler) error {
	if o.record != nil {
		return h.(report.Recorder).Record(o.record)
	}
	return h.Result(o.result)
}

// reportOptions returns how to lay out a report for the reader: verbosity, colour,
// and the terminal's width.
func (o *Options) reportOptions(w console.World) report.Options {
	r := report.Options{
		Quiet:   o.Quiet,
		Verbose: o.Verbose,
		FailOn:  o.FailOn,
		Time:    time.Now(),
		Command: console.QualifyCommands,
	}
	if o.Output != "" {
		r.Color = w.Colored(o.Color, nil)
		return r
	}
	r.Color, r.Width = w.Colored(o.Color, w.Out), w.TerminalWidth()
	return r
}
