// Package ordered works on many items at once and yields the results in the order of the
// items. A window bounds what it holds, however many items there are.
package ordered

import (
	"context"
	"iter"

	"rdnsproxy/limits"
)

// Options say how much Map does at once. The zero value works on one item at a time.
type Options[T any] struct {
	// Jobs is how many items are worked on at once, at most limits.MostJobs; if 0, one.
	Jobs int

	// Window is how many items may have been pulled whose results have not been yielded, at
	// most limits.Window; if 0, that many. It is at least Jobs.
	Window int

	// Unordered yields each result as soon as it is there.
	Unordered bool

	// All goes on after ctx has ended: every item of in is pulled and worked on.
	All bool

	// Ahead prepares items in the order of in, before they are worked on. It calls ready
	// once for each item, from any goroutine, also after it has returned. The next item is
	// pulled when it has returned, and so it may wait for room, until ctx ends. Then, all
	// items are worked on that it has returned from, ready or not, unless All is set. If
	// nil, every item is ready at once.
	Ahead func(ctx context.Context, item T, ready func())
}

// Few returns options for n items that are all there already: there are no more jobs, and
// there is no more room, than they need. None is left out.
func Few[T any](n, jobs int) Options[T] {
	n = max(1, n)
	return Options[T]{Jobs: min(jobs, n), Window: n, All: true}
}

// Map calls f for each item of in, on several goroutines, and yields the results in the
// order of the items. A slow item holds back the results after it, and the work on them
// only when the window is full. A slow consumer holds back in.
//
// in runs on a goroutine of its own, so that a result need not wait for the next item.
// When ctx ends, no more items are pulled; f is called for those that have been. When the
// consumer stops, the context of f ends, nothing is started any more, and Map returns when
// every f has. It never waits for in, which ends when it yields next.
//
// A panic of in or f, or the end of its goroutine (runtime.Goexit), becomes that of the
// consumer.
func Map[T, R any](
	ctx context.Context, o Options[T], in iter.Seq[T], f func(context.Context, T) R,
) iter.Seq[R] {
	o.Jobs = min(max(1, o.Jobs), limits.MostJobs)
	if o.Window <= 0 || o.Window > limits.Window {
		o.Window = limits.Window
	}
	o.Window = max(o.Window, o.Jobs)
	return func(yield func(R) bool) {
		w := newWindow(ctx, o, f)
		defer w.stop()
		go w.pull(in)
		w.yield(yield)
	}
}
