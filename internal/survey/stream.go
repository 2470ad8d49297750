package survey

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/inputs"
	"rdnsproxy/internal/target"
	"rdnsproxy/limits"
	"rdnsproxy/ordered"
	"rdnsproxy/safetext"
)

// queue is what a run has to do: targets that are known, then items that are read as
// their turn comes.
type queue struct {
	given []target.Target
	more  inputs.Items // nil: none

	err error // what ended more; read it when all outcomes are there

	taken   atomic.Int64  // how many were taken
	wide    atomic.Int64  // columns of the longest of them
	settled chan struct{} // closed when the first limits.Window are taken, or all
}

func newQueue(given []target.Target, more inputs.Items) *queue {
	return &queue{given: given, more: more, settled: make(chan struct{})}
}

// job is one thing to do: a target, or the item that names it.
type job struct {
	target *target.Target // nil: item names it
	item   inputs.Item
}

// jobs yields what is to be done. Once ctx is done, it takes nothing more from more.
func (q *queue) jobs(ctx context.Context) iter.Seq[job] {
	return func(yield func(job) bool) {
		defer q.settle()
		for i := range q.given {
			q.count(q.given[i].Input)
			if !yield(job{target: &q.given[i]}) {
				return
			}
		}
		if q.more == nil {
			return
		}
		for item, err := range q.more {
			if q.err = err; err != nil || ctx.Err() != nil {
				return
			}
			q.count(item.Text)
			if !yield(job{item: item}) {
				return
			}
		}
	}
}

// count counts a target that has been taken.
func (q *queue) count(text string) {
	if q.taken.Add(1) == limits.Window {
		q.settle()
	}
	if n := int64(len(safetext.Of(text).String())); n > q.wide.Load() {
		q.wide.Store(n)
	}
}

// settle says that the width is known.
func (q *queue) settle() {
	select {
	case <-q.settled:
	default:
		close(q.settled)
	}
}

// width returns the columns of the longest of the targets that are read first. It waits
// for them, but not for a list that somebody is still typing.
func (q *queue) width() int {
	select {
	case <-q.settled:
	case <-time.After(100 * time.Millisecond):
	}
	return int(q.wide.Load())
}

// total is how many targets there are; 0 if that is not known.
func (q *queue) total() int {
	if q.more != nil {
		return 0
	}
	return len(q.given)
}

// outcome is what came of a job.
type outcome struct {
	result *check.Result // nil if there is a record, and if the item is left out
	record []byte        // what the report has about it, if its format makes records
	bad    error         // why the item is no target, if that ends the run

	severities  severities
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
	o := outcome{result: r, interrupted: r.Interrupted(), invalid: r.Invalid()}
	for _, f := range r.Findings {
		o.severities.add(f.Severity)
	}
	return o
}

// outcomes does what is in the queue, and yields what came of it, in order unless Options
// say otherwise. record makes a record of a result, on the goroutine that judged it; if
// nil, outcomes have the results. When ctx is done, what is in flight is reported as
// unfinished and nothing more is taken from the queue's stream.
func (s *Survey) outcomes(ctx context.Context, q *queue, record func([]byte, *check.Result) []byte) iter.Seq[outcome] {
	judge := func(ctx context.Context, m named) outcome {
		r := m.result
		if r == nil && m.target != nil {
			r = s.Check(ctx, *m.target)
		}
		if r == nil {
			return outcome{bad: m.bad}
		}
		stamp(r)
		s.counts.add(r)
		o := outcomeOf(r)
		if record != nil {
			o.record, o.result = record(nil, r), nil
		}
		return o
	}
	if q.more == nil { // an interrupted run reports all of them
		o := ordered.Options[job]{Jobs: s.o.Jobs, Unordered: s.o.Unordered, All: true}
		return ordered.Map(ctx, o, q.jobs(ctx), func(ctx context.Context, j job) outcome { return judge(ctx, s.name(ctx, j)) })
	}
	// ssh itself may have to be run for its configuration, so some are read at once.
	names := ordered.Map(ctx, ordered.Options[job]{Jobs: s.o.Jobs}, q.jobs(ctx), s.name)
	asks := func(yield func(named, check.Ask) bool) {
		for m := range names {
			var ask check.Ask
			if m.target != nil {
				ask = s.ask(*m.target)
			}
			if !yield(m, ask) {
				return
			}
		}
	}
	o := check.StreamOptions{Jobs: s.o.Jobs, Unordered: s.o.Unordered}
	return check.Stream(ctx, s.checker, asks, o, func(ctx context.Context, m named, _ check.Ask) outcome { return judge(ctx, m) })
}

// stamp says when, and by what, a result was reported.
func stamp(r *check.Result) {
	r.Time, r.Version = time.Now().UTC().Truncate(time.Millisecond), console.Version()
}

// named is a job whose target is known: the target, or what is reported instead. All are
// nil for an item that is left out.
type named struct {
	target *target.Target
	result *check.Result // says that there is no target
	bad    error         // the same, if it ends the run
}

// name finds the target of a job.
func (s *Survey) name(ctx context.Context, j job) named {
	if j.target != nil {
		return named{target: j.target}
	}
	err := j.item.Err
	if err == nil {
		var t target.Target
		if t, err = s.reader.Item(ctx, j.item); err == nil {
			return named{target: &t}
		}
	}
	switch {
	case ctx.Err() != nil: // ssh's configuration was not read to its end
		return named{result: check.Unfinished(check.Target{Input: j.item.Text, Host: j.item.Text})}
	case j.item.Collected:
		s.voice.Notice("left out: " + console.Quoted(j.item.Text) + ": " + err.Error())
		return named{}
	}
	text := err.Error()
	if j.item.Where != "" {
		text = j.item.Where + ": " + text
	}
	if s.o.StrictInput {
		return named{bad: console.Refuse(exit.Usage, lineHint, "%s", text)}
	}
	if r := (*console.Refusal)(nil); errors.As(err, &r) && r.Hint != "" {
		text += " (" + r.Hint + ")"
	}
	s.progress.Done("")
	return named{result: check.Invalid(j.item.Text, text+"; "+lineHint)}
}

// lineHint is what to do about a line that is no target.
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
