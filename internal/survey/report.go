package survey

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/report"
	"rdnsproxy/safetext"
)

// finish does what is in the queue, reports it and returns the exit status.
func (s *Survey) finish(ctx context.Context, q *queue) (int, error) {
	format, err := report.FormatOf(s.o.Format)
	if err != nil {
		return 0, err
	}
	w := &writing{
		s: s, frame: q.frame(s.o), outcomes: s.outcomes(ctx, q, q.recorder(s.o, format.Append)),
		width: q.width, many: q.more != nil, end: q.ending, written: q.reuse,
	}
	err = w.write()
	s.progress.Clear()
	q.left(s.voice, err)
	switch {
	case err == nil && q.journal != nil:
		s.tellResumed(w)
	case s.o.Format == report.DefaultFormat && w.reported > report.LongList && !s.o.Quiet && !s.o.Verbose:
		s.voice.Hint("--format summary says what a long list amounts to, --format table has a line for each target")
	}
	return s.statusOf(q, w, format, err)
}

// tellResumed says what the file of --resume has, and how to read it, for nothing else of
// it is printed.
func (s *Survey) tellResumed(w *writing) {
	s.voice.NoticeWithHint(safetext.Line(s.o.Resume)+" has "+report.Tally(w.whole()),
		"'rdnsproxy check --merge --format summary "+safetext.Shell(s.o.Resume)+"' prints the report")
}

// statusOf prints what ended the run early, and returns the exit status.
func (s *Survey) statusOf(q *queue, w *writing, format report.Format, err error) (int, error) {
	found, invalid := w.severities, w.invalid
	if j := q.journal; j != nil { // the report is the whole file
		for _, severity := range j.Severities {
			found.add(severity)
		}
		invalid += j.Invalid
	}
	switch {
	case w.refused(err):
		return 0, err
	case errors.Is(err, console.ErrInterrupted) && (q.more != nil || q.journal != nil):
		s.voice.Error(q.interrupted(w))
		if len(w.lacking) > 0 {
			return format.Partial(s.o.FailOn, found.list(), exit.Interrupted), nil
		}
		return format.Interrupted(s.o.FailOn, found.list()), nil
	case err != nil:
		status := s.Fail(found.list(), err)
		if len(w.lacking) > 0 {
			status = format.Partial(s.o.FailOn, found.list(), status)
		}
		return status, nil
	case invalid > 0:
		return format.Invalid(s.o.FailOn, found.list()), nil
	}
	return s.Status(found.list()), nil
}

// interrupted says how far the run has come. Where the list ends, nobody knows.
func (q *queue) interrupted(w *writing) error {
	hint := "with --resume FILE a run goes on where it was interrupted"
	done := w.reported - w.unfinished
	if q.journal != nil {
		hint = "the same command goes on after them"
		done += q.journal.Done
	}
	return console.Refuse(exit.Interrupted, hint,
		"interrupted: %s done, %d begun and not done", report.Targets(done), w.unfinished)
}

// Report writes the report and returns the severities of all findings, each once.
func (s *Survey) Report(results iter.Seq[*check.Result]) ([]check.Severity, error) {
	w := &writing{s: s, outcomes: ofResults(results)}
	err := w.write()
	s.progress.Clear()
	return w.severities.list(), err
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
	case s.o.Resume != "":
		s.voice.Error(console.Refuse(exit.Usage, "the same command goes on where it stopped",
			"writing the results to %s: %s", safetext.Line(s.o.Resume), console.PlainError(err)))
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
