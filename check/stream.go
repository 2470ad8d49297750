package check

import (
	"context"
	"iter"
	"sync"

	"rdnsproxy/ordered"
	"rdnsproxy/resolve"
)

// StreamOptions say how much Stream does at once. The zero value checks one target at a
// time.
type StreamOptions struct {
	Jobs      int  // how many targets are checked at once, at most limits.MostJobs; if 0, one
	Window    int  // how many targets are between in and the consumer; at most limits.Window; if 0, that many
	Unordered bool // yield what is there, in any order

	// Lane asks ahead for all targets in the window what their checks will ask, unless they
	// have a Prober. It is a lane of the Checker's Resolver, and stays the caller's to close.
	// Results are the same without it; if nil, each check asks by itself.
	Lane *resolve.Lane
}

// Stream checks the targets of in and yields what each of them has become, in the order of
// in. Its memory depends on StreamOptions.Window, not on how many targets there are.
//
// check is called for each target, on several goroutines. It gets the key that came with
// the target, which is the caller's own, and usually returns what it makes of
// c.Check(ctx, a): rendering a result there, and not where it is consumed, is done for
// several targets in parallel.
//
// A slow target holds back what comes after it, until the window is full; then, no more
// targets are taken from in. A slow consumer does the same. in runs on a goroutine of its
// own, and a result does not wait for the next target. When ctx is cancelled, no more
// targets are taken, and those that have been become Unfinished. When the consumer stops,
// the context of check ends, and Stream waits until all its calls have returned. A panic
// of in or check becomes the consumer's.
func Stream[K, T any](
	ctx context.Context, c *Checker, in iter.Seq2[K, Ask], o StreamOptions,
	check func(ctx context.Context, key K, a Ask) T,
) iter.Seq[T] {
	type asked struct {
		key   K
		ask   Ask
		ahead *ahead // nil if nothing is asked ahead
	}
	items := func(yield func(*asked) bool) {
		for key, ask := range in {
			if !yield(&asked{key: key, ask: ask}) {
				return
			}
		}
	}
	options := ordered.Options[*asked]{Jobs: o.Jobs, Window: o.Window, Unordered: o.Unordered}
	one := func(ctx context.Context, a *asked) T {
		if a.ahead != nil {
			ctx = a.ahead.with(ctx)
		}
		return check(ctx, a.key, a.ask)
	}
	if o.Lane == nil || c.Resolver == nil {
		return ordered.Map(ctx, options, items, one)
	}
	return func(yield func(T) bool) {
		ctx, cancel := context.WithCancel(ctx)
		submitter := newSubmitter(ctx, o.Lane)
		defer submitter.wait()
		defer cancel()
		options.Ahead = func(_ context.Context, a *asked, ready func()) {
			if a.ask.Prober != nil {
				ready()
				return
			}
			a.ahead = newAhead(c, a.ask, ready)
			submitter.submit(a.ahead)
		}
		ordered.Map(ctx, options, items, one)(yield)
	}
}

// submitter hands jobs to a lane, as many together as there are.
type submitter struct {
	ctx   context.Context
	lane  *resolve.Lane
	jobs  chan *ahead
	ended sync.WaitGroup
}

// submitAtOnce is how many jobs are handed over together.
const submitAtOnce = 64

// newSubmitter returns one that works until ctx ends.
func newSubmitter(ctx context.Context, l *resolve.Lane) *submitter {
	s := &submitter{ctx: ctx, lane: l, jobs: make(chan *ahead, 4*submitAtOnce)}
	s.ended.Go(s.run)
	return s
}

// submit has a job handed over. It waits while the lane has enough.
func (s *submitter) submit(h *ahead) {
	select {
	case s.jobs <- h:
	case <-s.ctx.Done():
	}
}

func (s *submitter) run() {
	for {
		var jobs []resolve.Job
		select {
		case h := <-s.jobs:
			jobs = append(make([]resolve.Job, 0, submitAtOnce), h)
		case <-s.ctx.Done():
			return
		}
		for more := true; more && len(jobs) < submitAtOnce; {
			select {
			case h := <-s.jobs:
				jobs = append(jobs, h)
			default:
				more = false
			}
		}
		if err := s.lane.Submit(s.ctx, jobs); err != nil && s.ctx.Err() == nil { // the lane is closed
			for _, j := range jobs {
				j.(*ahead).unasked()
			}
		}
	}
}

// wait waits for the end.
func (s *submitter) wait() { s.ended.Wait() }
