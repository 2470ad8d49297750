package survey

import (
	"errors"
	"io"
	"iter"
	"os"
	"sync"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/report"
	"rdnsproxy/internal/shard"
	"rdnsproxy/limits"
	"rdnsproxy/replacefile"
)

// writing is a report that is being written.
type writing struct {
	account
	s        *Survey
	outcomes iter.Seq[outcome]
	frame    *frame              // nil: results alone
	width    func() (int, bool)  // columns of the longest target, and whether all are addresses; if nil, Options say that
	end      func() error        // why the list was not read to its end; if nil, it was
	written  func(record []byte) // is told of each record that has been written; if nil, nobody is
	lacks    func() []string     // what the results do without, known at their end; if nil, nothing
	many     bool                // results come in numbers: save system calls
	read     bool                // from files: what was interrupted is over
}

// account is what has been reported so far.
type account struct {
	severities severities
	by         [check.Error + 1]int // targets by their severity
	reported   int
	lacking    []string  // what the report does without, known at its end
	unfinished int       // of those reported: the run was interrupted before they were done
	invalid    int       // of those reported: they are not targets
	sum        shard.Sum // of the targets whose records are framed
}

func (a *account) add(o outcome) {
	a.severities |= o.severities
	a.by[o.severity]++
	a.reported++
	if o.interrupted {
		a.unfinished++
	}
	if o.invalid {
		a.invalid++
	}
}

// frame is what stands around the results of a run that has to be put together with
// others, or can go on: see shard.Begin.
type frame struct {
	begin   shard.Begin
	journal *shard.Journal // nil: the results go where a report goes
}

// write writes what came of the targets to stdout as it arrives, or to --output when all
// is there, so that its readers never see half a report, or to a journal.
func (w *writing) write() error {
	switch o := w.s.o; {
	case w.frame != nil && w.frame.journal != nil:
		return eagerly(w.frame.journal, w.writeTo)
	case o.Output != "":
		return replacefile.Output(o.Output, func(out io.Writer) error { return eagerly(out, w.writeTo) })
	case w.many && w.s.w.TerminalWidth() == 0:
		return eagerly(w.s.w.Out, w.writeTo)
	}
	return w.writeTo(w.s.w.Out)
}

func (w *writing) writeTo(out io.Writer) error {
	format, err := report.FormatOf(w.s.o.Format)
	if err != nil {
		return err
	}
	o := w.s.o.reportOptions(w.s.w)
	o.Unnamed, o.Ran = w.s.unnamed, w.s.ran
	o.Lacking = func() []string { return w.lacking }
	if summary := w.s.w.Getenv("GITHUB_STEP_SUMMARY"); format.Summary && summary != "" {
		f, err := os.OpenFile(summary, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			return err
		}
		defer f.Close()
		o.Summary = f
	}
	if w.frame != nil && w.frame.journal == nil {
		if _, err := out.Write(w.frame.begin.Line()); err != nil {
			return err
		}
	}
	handler := sync.OnceValue(func() report.Handler { // when the first targets are read
		if w.width != nil && o.Width > 0 {
			o.TargetWidth, o.Addresses = w.width()
		}
		return format.New(out, o)
	})
	stopped, err := w.results(handler, o.Width > 0)
	if err != nil {
		return err
	}
	w.s.progress.Clear()
	if w.refused(stopped) {
		return stopped
	}
	w.lacking = w.without(stopped)
	err = handler().Close()
	if w.frame != nil && err == nil {
		_, err = out.Write(w.trailer(stopped == nil))
	}
	return errors.Join(err, stopped)
}

// refused reports whether the run has ended with an error in its input before there was
// anything to report: there is no report then.
func (w *writing) refused(err error) bool {
	var refusal *console.Refusal
	return w.reported == 0 && errors.As(err, &refusal) && !errors.Is(err, console.ErrInterrupted)
}

// without returns what the report does without, as safe text: what stopped the run, unless
// the results of unfinished targets say so themselves, and what its files lack.
func (w *writing) without(stopped error) (lacking []string) {
	if stopped != nil && (w.unfinished == 0 || !errors.Is(stopped, console.ErrInterrupted)) {
		lacking = append(lacking, console.PlainError(stopped))
	}
	if w.lacks != nil {
		lacking = append(lacking, w.lacks()...)
	}
	return lacking
}

// results writes all results, to a terminal if that is where they go. stopped says why
// there are no more of them than there are.
func (w *writing) results(handler func() report.Handler, terminal bool) (stopped, err error) {
	for one := range w.outcomes {
		switch {
		case one.bad != nil:
			return one.bad, nil
		case one.result == nil && one.record == nil:
			continue
		}
		if w.add(one); w.many && w.reported == limits.Window {
			w.s.tellRate()
		}
		if w.many && w.reported%stormCheck == 0 {
			w.s.tellStorms()
			w.s.tellLosses(lossSoFar)
		}
		if one.interrupted && w.frame != nil && w.frame.journal != nil {
			continue // the next run begins with it
		}
		if w.frame != nil {
			w.sum.Add(one.record)
		}
		write := func() error { return one.writeTo(handler()) }
		if terminal { // which shows the line of progress too
			err = w.s.progress.WhileHidden(write)
		} else {
			err = write()
		}
		if err != nil {
			return nil, err
		}
		if w.written != nil {
			w.written(one.record)
		}
	}
	w.s.tellStorms()
	w.s.tellLosses(lossAtEnd)
	switch {
	case w.unfinished > 0 && !w.read:
		return console.ErrInterrupted, nil
	case w.end != nil:
		return w.end(), nil
	}
	return nil, nil
}

// writeTo writes an outcome that has something to report.
func (o outcome) writeTo(h report.Handler) error {
	if o.record != nil {
		return h.(report.Recorder).Record(o.record)
	}
	return h.Result(o.result)
}

// whole returns how many targets have which severity in all that a framed report has:
// results that were in its journal before, too.
func (w *writing) whole() (targets int, by map[check.Severity]int) {
	by = map[check.Severity]int{}
	for severity, n := range w.by {
		by[check.Severity(severity)] = n
	}
	targets = w.reported
	if j := w.frame.journal; j != nil {
		targets += j.Done - w.unfinished
		by[check.Unknown] -= w.unfinished
		for severity, n := range j.By {
			by[severity] += n
		}
	}
	return targets, by
}

// trailer returns the last line of a framed report.
func (w *writing) trailer(complete bool) []byte {
	e := shard.End{Complete: complete, Time: time.Now().UTC().Truncate(time.Millisecond), By: map[string]int{}}
	targets, by := w.whole()
	sum := w.sum
	if j := w.frame.journal; j != nil {
		sum += j.Sum
	}
	e.Targets, e.Sum = targets, sum.String()
	for severity, n := range by {
		if n > 0 {
			e.By[severity.String()] = n
		}
	}
	return e.Line()
}

// reportOptions returns how to lay out a report for the reader: verbosity, colour,
// and the terminal's width.
func (o *Options) reportOptions(w console.World) report.Options {
	r := report.Options{
		Quiet:       o.Quiet,
		Verbose:     o.Verbose,
		Brief:       o.Brief && !o.Verbose,
		Empty:       o.Empty,
		FailOn:      o.FailOn,
		Time:        time.Now(),
		Command:     console.QualifyCommands,
		TargetWidth: o.TargetWidth,
	}
	if o.Output != "" || o.Resume != "" { // not to a terminal
		r.Color = w.Colored(o.Color, nil)
		return r
	}
	r.Color, r.Width = w.Colored(o.Color, w.Out), w.TerminalWidth()
	return r
}
