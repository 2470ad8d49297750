package ordered

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestFewWorkers: what is done as fast as it comes is done by one worker, and if that waits,
// by as many as there may be.
func TestFewWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := func(yield func(int) bool) {
			for i := range 100 {
				if time.Sleep(time.Millisecond); !yield(i) {
					return
				}
			}
		}
		var running, most atomic.Int64
		alone := 0 // goroutines when one item was worked on
		for got := range Map(t.Context(), Options[int]{Jobs: 20}, in, func(_ context.Context, i int) int {
			if i >= 50 {
				most.Store(max(most.Load(), running.Add(1)))
				time.Sleep(time.Second)
				running.Add(-1)
			}
			return runtime.NumGoroutine()
		}) {
			if alone == 0 {
				alone = got
			}
			if running.Load() == 0 && most.Load() == 0 && got != alone {
				t.Fatalf("%d goroutines, and %d for the first item", got, alone)
			}
		}
		if most.Load() != 20 {
			t.Errorf("%d at once", most.Load())
		}
	})
}

// TestWorkerEnds: when an item ends the goroutine that works on it, those before it are
// worked on all the same.
func TestWorkerEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var first func()
		o := Options[int]{Jobs: 1, Window: 2, Ahead: func(_ context.Context, i int, ready func()) {
			if i == 0 {
				first = ready
				return
			}
			ready()
			time.Sleep(time.Millisecond)
			first()
		}}
		got := 0
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range Map(t.Context(), o, numbers(2, new(atomic.Int64)), func(_ context.Context, i int) int {
				if i == 1 {
					runtime.Goexit()
				}
				return i
			}) {
				got++
			}
		}()
		<-done
		if got != 1 {
			t.Errorf("%d results", got)
		}
	})
}
