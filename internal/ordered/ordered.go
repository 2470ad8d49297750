// Package ordered applies a function to many inputs concurrently and yields the
// results in order.
package ordered

import (
	"iter"
	"sync/atomic"

	"rdnsproxy/limits"
)

// Map calls f for each element of in, at most min(jobs, limits.MostJobs) at a time, and
// yields the results in input order. A slow element delays later output, not later
// work. If the caller stops early, elements that have not been started are skipped.
func Map[T, R any](jobs int, in []T, f func(T) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		results := make([]chan R, len(in))
		for i := range results {
			results[i] = make(chan R, 1)
		}
		var taken atomic.Int64
		for range min(max(1, jobs), limits.MostJobs, len(in)) {
			go func() { // one goroutine for many elements keeps the stack that f has grown
				for i := taken.Add(1) - 1; i < int64(len(in)); i = taken.Add(1) - 1 {
					results[i] <- f(in[i])
				}
			}()
		}
		defer taken.Store(int64(len(in))) // if the caller stops early, start no more
		for _, r := range results {
			if !yield(<-r) {
				return
			}
		}
	}
}
