package check

import (
	"context"
	"iter"

	"rdnsproxy/ordered"
)

// StreamOptions say how much Stream does at once. The zero value checks one target at a
// time.
type StreamOptions struct {
	Jobs      int  // how many targets are checked at once, at most limits.MostJobs; if 0, one
	Window    int  // how many targets are between in and the consumer; if 0, limits.Window
	Unordered bool // yield what is there, in any order
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
		key K
		ask Ask
	}
	items := func(yield func(asked) bool) {
		for key, ask := range in {
			if !yield(asked{key, ask}) {
				return
			}
		}
	}
	options := ordered.Options[asked]{Jobs: o.Jobs, Window: o.Window, Unordered: o.Unordered}
	return ordered.Map(ctx, options, items, func(ctx context.Context, a asked) T { return check(ctx, a.key, a.ask) })
}
