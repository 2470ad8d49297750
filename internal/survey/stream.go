package survey

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"os"
	"sync"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/buildinfo"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/target"
	"rdnsproxy/ordered"
	"rdnsproxy/resolve"
)

// outcome is what came of a job.
type outcome struct {
	result *check.Result // nil if there is a record, and if the item is left out
	record []byte        // what the report has about it, if its format makes records
	bad    error         // why the item is not a target, if that ends the run

	severities  severities
	severity    check.Severity
	interrupted bool
	invalid     bool
}

// severities is a set of severities of findings.
type severities uint8

func (s *severities) add(one check.Severity) { *s |= 1 << one }

// list returns the severities of the set.
func (s severities) list() (all []check.Severity) {
	for one := check.Pass; one <= check.Error; one++ {
		if s&(1<<one) != 0 {
			all = append(all, one)
		}
	}
	return all
}

// outcomeOf describes a result, which is complete and is now reported.
func outcomeOf(r *check.Result) outcome {
	o := outcome{result: r, severity: r.Severity, interrupted: r.Interrupted(), invalid: r.Invalid()}
	for _, f := range r.Findings {
		o.severities.add(f.Severity)
	}
	return o
}

// outcomes does what is in the queue, and yields what came of it, in order unless Options
// say otherwise. record makes a record of a job's result, on the goroutine that
// judged it; if nil, outcomes have the results. When ctx is done, what is in flight is reported as
// unfinished and nothing more is taken from the queue's stream.
func (s *Survey) outcomes(ctx context.Context, q *queue, record func(*check.Result, job) []byte) iter.Seq[outcome] {
	judge := func(ctx context.Context, m named) outcome {
		r := m.result
		if r == nil && m.target != nil {
			r = s.Check(ctx, *m.target)
		}
		if r == nil {
			return outcome{bad: m.bad}
		}
		if r.Where = m.item.Origin(); r.Where == "" && m.target != nil && r.Verdict == check.NoAddress && isFile(m.target.Input) {
			r.MeantFile(m.target.Input)
		}
		stamp(r)
		s.counts.add(r)
		o := outcomeOf(r)
		if record != nil {
			o.record, o.result = record(r, m.job), nil
		}
		return o
	}
	if q.more == nil { // an interrupted run reports all of them
		o := ordered.Few[job](len(q.given), s.o.Jobs)
		o.Unordered = s.o.Unordered
		return ordered.Map(ctx, o, q.jobs(ctx), func(ctx context.Context, j job) outcome { return judge(ctx, s.name(ctx, j)) })
	}
	// ssh itself may have to be run for its configuration, so some are read at once.
	few := ordered.Options[job]{Jobs: s.o.Jobs, Window: s.o.Jobs}
	names := ordered.Map(ctx, few, q.jobs(ctx), s.name)
	asks := func(yield func(named, check.Ask) bool) {
		for m := range names {
			var ask check.Ask
			if m.target != nil {
				if ask = s.ask(*m.target); s.connects(m.target) {
					ask.Prober = marked{}
				}
			}
			if !yield(m, ask) {
				return
			}
		}
	}
	return func(yield func(outcome) bool) {
		o := check.StreamOptions{Jobs: s.o.Jobs, Unordered: s.o.Unordered, Lane: s.openLane()}
		if o.Lane != nil {
			defer o.Lane.Close()
		}
		check.Stream(ctx, s.checker, asks, o, func(ctx context.Context, m named, _ check.Ask) outcome { return judge(ctx, m) })(yield)
	}
}

// isFile reports whether there is a file of this name.
func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// stamp says when, and by what, a result was reported.
func stamp(r *check.Result) {
	r.Time, r.Version = time.Now().UTC().Truncate(time.Millisecond), version()
}

// version is buildinfo.Version, which takes longer than it takes to judge a target.
var version = sync.OnceValue(buildinfo.Version)

// named is a job whose target is known, or what is reported instead. All are nil for an
// item that is left out.
type named struct {
	job
	result *check.Result // says that there is no target
	bad    error         // the same, if it ends the run
}

// name finds the target of a job.
func (s *Survey) name(ctx context.Context, j job) named {
	if j.target != nil {
		return named{job: j}
	}
	err := j.item.Err
	if err == nil {
		var t target.Target
		if t, err = s.reader.Item(ctx, j.item); err == nil {
			j.target = &t
			return named{job: j}
		}
	}
	switch {
	case ctx.Err() != nil: // ssh's configuration was not read to its end
		return named{job: j, result: check.Unfinished(check.Target{Input: j.item.Text, Host: j.item.Text})}
	case j.item.Collected:
		s.voice.Notice("left out: " + console.Quoted(j.item.Text) + ": " + err.Error())
		return named{job: j}
	}
	text := err.Error()
	if j.item.Where != "" {
		text = j.item.Where + ": " + text
	}
	if gap := (*resolve.WalkGap)(nil); errors.As(err, &gap) {
		s.progress.Done("")
		return named{job: j, result: check.Unwalked(j.item.Text, gap, text)}
	}
	if s.o.StrictInput {
		return named{job: j, bad: console.Refuse(exit.Usage, cmp.Or(j.item.Hint, lineHint), "%s", text)}
	}
	hint := j.item.Hint
	if r := (*console.Refusal)(nil); hint == "" && errors.As(err, &r) {
		hint = r.Hint
	}
	if hint != "" {
		text += " (" + hint + ")"
	}
	s.progress.Done("")
	return named{job: j, result: check.Invalid(j.item.Text, text+"; "+lineHint)}
}

// lineHint is what to do about a line that is not a target.
const lineHint = "fix or remove the line"

// results yields the results of outcomes that have them.
func results(outcomes iter.Seq[outcome]) iter.Seq[*check.Result] {
	return func(yield func(*check.Result) bool) {
		for o := range outcomes {
			if o.result != nil && !yield(o.result) {
				return
			}
		}
	}
}

// ofResults makes outcomes of results.
func ofResults(rs iter.Seq[*check.Result]) iter.Seq[outcome] {
	return func(yield func(outcome) bool) {
		for r := range rs {
			stamp(r)
			if !yield(outcomeOf(r)) {
				return
			}
		}
	}
}
