package survey

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/report"
	"rdnsproxy/replacefile"
)

// finish reports the results and returns the exit status.
func (s *Survey) finish(results iter.Seq[*check.Result]) (int, error) {
	severities, err := s.Report(results)
	if err != nil {
		return s.Fail(severities, err), nil
	}
	return s.Status(severities), nil
}

// Report writes the report and returns the severities of all findings, each once.
func (s *Survey) Report(results iter.Seq[*check.Result]) (severities []check.Severity, err error) {
	err = s.write(&severities, results)
	s.progress.Clear()
	return severities, err
}

// Fail prints why the report is incomplete, given Report's error, and returns the
// exit status.
func (s *Survey) Fail(severities []check.Severity, err error) int {
	format, _ := report.FormatOf(s.o.Format) // there was a report of it
	switch {
	case errors.Is(err, console.ErrInterrupted):
		s.voice.Error(console.Interrupted(s.o.Output))
		return format.Interrupted(s.o.FailOn, severities)
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

// write writes the results to stdout as they arrive, or to --output when all are
// there, so that its readers never see half a report.
func (s *Survey) write(severities *[]check.Severity, results iter.Seq[*check.Result]) error {
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
		handler := format.New(out, o)
		program := console.Version()
		var stopped error
		for r := range results {
			if r.Interrupted() {
				stopped = console.ErrInterrupted
			}
			for _, finding := range r.Findings {
				if !slices.Contains(*severities, finding.Severity) {
					*severities = append(*severities, finding.Severity)
				}
			}
			r.Time, r.Version = time.Now().UTC().Truncate(time.Millisecond), program
			if err := s.progress.WhileHidden(func() error { return handler.Result(r) }); err != nil {
				return err
			}
		}
		s.progress.Clear()
		return errors.Join(handler.Close(), stopped)
	}
	if s.o.Output == "" {
		return write(s.w.Out)
	}
	return replacefile.Output(s.o.Output, write)
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
