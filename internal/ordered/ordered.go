// Package ordered works on many things at once and gives the results in order.
package ordered

import (
	"iter"
	"sync/atomic"

	"rdnsproxy/limits"
)

// Map runs f over in, at most jobs and limits.MostJobs at a time, and yields in input order.
// What takes its time holds up only what is told, not what is done.
func Map[T, R any](jobs int, in []T, f func(T) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		results := make([]chan R, len(in))
		for i := range results {
			results[i] = make(chan R, 1)
		}
		var taken atomic.Int64
		for range min(max(1, jobs), limits.MostJobs, len(in)) {
			go func() { // one for many: it keeps the stack that f has grown
				for i := taken.Add(1) - 1; i < int64(len(in)); i = taken.Add(1) - 1 {
					results[i] <- f(in[i])
				}
			}()
		}
		defer taken.Store(int64(len(in))) // whoever has seen enough wants no more done
		for _, r := range results {
			if !yield(<-r) {
				return
			}
		}
	}
}
