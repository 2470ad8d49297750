package auditrun

import (
	"context"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"rdnsproxy/audit"
	"rdnsproxy/audit/tally"
	"rdnsproxy/check"
	"rdnsproxy/internal/auditreport"
	"rdnsproxy/internal/buildinfo"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/logs"
	"rdnsproxy/replacefile"
)

// run is one run of the command.
type run struct {
	w      console.World
	o      Options
	voice  *console.Voice
	format auditreport.Format
	began  time.Time

	interrupted bool // the user has, and the report is of what was read until then
}

// Run reads the log that the options name, reports it, and returns the exit status. The
// error is a Refusal.
func Run(ctx context.Context, w console.World, o Options) (int, error) {
	format, err := auditreport.FormatOf(o.Format)
	if err != nil {
		return 0, err
	}
	r := &run{w: w, o: o, voice: console.NewVoice(w.Err, o.Quiet, o.Verbose), format: format, began: time.Now()}
	if o.Output != "" {
		if err := replacefile.Writable(o.Output); err != nil { // better now than after a log of hours
			return 0, r.failed(err)
		}
	}
	ctx, stop := console.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process
	switch {
	case o.Merge:
		return r.merge(ctx)
	case o.Follow && format.From == auditreport.Report:
		return r.follow(ctx)
	case format.From == auditreport.Events:
		return r.events(ctx)
	case format.From == auditreport.Tally:
		return r.tally(ctx)
	}
	return r.audit(ctx)
}

// audit reads all, looks clients up, and reports.
func (r *run) audit(ctx context.Context) (int, error) {
	t, read, err := r.read(ctx, false)
	if err != nil {
		return 0, err
	}
	return r.report(ctx, t, read)
}

// was is what was read, besides the tally.
type was struct {
	inputs []audit.Input
	time   audit.Span
	took   time.Duration
}

// read counts all inputs. The tally is not finished. part says that it may be merged with
// others.
func (r *run) read(ctx context.Context, part bool) (*tally.Tally, was, error) {
	began := time.Now()
	meter := console.NewMeter(r.w, r.o.Quiet)
	defer meter.Clear()
	lo := r.logOptions()
	lo.Part = part
	lo.Progress = func(p logs.Progress) { meter.Show(progress(p, time.Since(began))) }
	set, err := logs.Open(ctx, lo)
	if err != nil {
		return nil, was{}, r.refuse(ctx, err)
	}
	defer set.Close()
	t, inputs, err := set.Tally(ctx)
	meter.Clear()
	r.notices(set)
	if ctx.Err() != nil {
		r.interrupt("interrupted: the report is about what was read until then")
	} else if err != nil {
		return nil, was{}, r.refuse(ctx, err)
	}
	return t, was{r.inputs(inputs), r.span(set.YearBy, inputs), time.Since(began)}, nil
}

// report judges a tally and writes the report.
func (r *run) report(ctx context.Context, t *tally.Tally, read was) (int, error) {
	if r.interrupted && r.o.Output != "" {
		return r.stopped()
	}
	t.Finish()
	report, err := r.judge(ctx, t, r.basis(t, read))
	if err != nil {
		return 0, err
	}
	if r.interrupted && r.o.Output != "" {
		return r.stopped()
	}
	if r.o.Anonymize {
		report = audit.Anonymize(report)
	}
	if err := r.write(report); err != nil {
		return r.format.Incomplete(), r.failed(err)
	}
	found := auditreport.Severities(report)
	if r.interrupted {
		return r.format.Interrupted(r.o.FailOn, found), nil
	}
	return r.format.Status(r.o.FailOn, found), nil
}

// basis is what a report says beside the tally.
func (r *run) basis(t *tally.Tally, read was) audit.Options {
	return audit.Options{
		Generated: time.Now().UTC().Truncate(time.Millisecond),
		Version:   buildinfo.Version(),
		Inputs:    read.inputs,
		Only:      r.only(t.Options()),
		Asked:     t.Options().Only,
		Time:      read.time,
		Timings:   audit.Timings{Read: read.took.Seconds()},
	}
}

// interrupt notes that the user has ended the work early, and says what the report is then.
func (r *run) interrupt(text string) {
	r.interrupted = true
	if r.o.Output == "" && r.format.From == auditreport.Report {
		r.voice.Warning(text)
	}
}

// stopped ends a run that was interrupted and writes nothing: a file of --output is whole, or
// it stays as it was.
func (r *run) stopped() (int, error) {
	r.voice.Error(console.Interrupted(r.o.Output))
	return r.format.Interrupted(r.o.FailOn, []check.Severity{check.Unknown}), nil
}

// write writes the report to stdout or --output.
func (r *run) write(report *audit.Report) error {
	return r.output(func(out io.Writer) error { return r.format.Write(out, report, r.reportOptions()) })
}

// output calls write with stdout, or with a new file that becomes --output when it is whole.
// A report has the addresses of users: the file is for its owner only.
func (r *run) output(write func(io.Writer) error) error {
	if r.o.Output == "" {
		return write(r.w.Out)
	}
	return replacefile.PrivateOutput(r.o.Output, write)
}

// failed says why there is no report, or not all of it.
func (r *run) failed(err error) error {
	if r.o.Output != "" {
		return console.Refuse(r.format.Incomplete(), "--output takes a file in a directory you can write to, or - for stdout",
			"writing the report to %v", err)
	}
	return console.Refuse(r.format.Incomplete(), "", "writing the report: %s", console.PlainError(err))
}

// reportOptions returns how to lay out a report for the reader.
func (r *run) reportOptions() auditreport.Options {
	o := auditreport.Options{
		Quiet:   r.o.Quiet,
		Verbose: r.o.Verbose,
		ASCII:   !r.w.UTF8(),
		FailOn:  r.o.FailOn,
		Time:    time.Now(),
		Command: console.QualifyCommands,
	}
	if r.o.Output != "" {
		o.Color = r.w.Colored(r.o.Color, nil)
		return o
	}
	o.Color, o.Width = r.w.Colored(r.o.Color, r.w.Out), r.w.TerminalWidth()
	return o
}

// severities are those of a run without a report: it could be read, or not all of it.
func severities(inputs []audit.Input, lines int64) []check.Severity {
	for _, in := range inputs {
		if in.Error != "" || lines == 0 {
			return []check.Severity{check.Unknown}
		}
	}
	return []check.Severity{check.Pass}
}

// names lists inputs for a message.
func names(inputs []audit.Input) string {
	switch len(inputs) {
	case 0:
		return "the log"
	case 1:
		return inputs[0].Name
	}
	return fmt.Sprintf("%s and %d more", inputs[0].Name, len(inputs)-1)
}

// notices prints what the user should know about the inputs.
func (r *run) notices(set *logs.Set) {
	for _, n := range set.Notices {
		r.voice.Notice(n)
	}
}
