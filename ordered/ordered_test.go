package ordered

import (
	"context"
	"iter"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// numbers yields 0, 1, … and counts in pulled; n < 0: without an end.
func numbers(n int, pulled *atomic.Int64) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i != n; i++ {
			pulled.Add(1)
			if !yield(i) {
				return
			}
		}
	}
}

// TestOrder: results come in the order of the items, and no more run than there are jobs.
func TestOrder(t *testing.T) {
	for _, window := range []int{0, 3, 7} {
		synctest.Test(t, func(t *testing.T) {
			var running, most atomic.Int64
			var pulled atomic.Int64
			next := 0
			for got := range Map(t.Context(), Options[int]{Jobs: 3, Window: window}, numbers(100, &pulled),
				func(_ context.Context, i int) int {
					most.Store(max(most.Load(), running.Add(1)))
					time.Sleep(time.Duration(i%5) * time.Millisecond)
					running.Add(-1)
					return i
				}) {
				if got != next {
					t.Fatalf("%d came where %d should have", got, next)
				}
				next++
			}
			if next != 100 || most.Load() != 3 {
				t.Errorf("%d results, %d at once", next, most.Load())
			}
		})
	}
}

// TestWindow: a slow item holds back what comes after it, and no more is pulled than the
// window has room for; a slow consumer holds back the items, too.
func TestWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var pulled atomic.Int64
		first := make(chan struct{})
		got := 0
		go func() {
			synctest.Wait()
			if n := pulled.Load(); n != 10 {
				t.Errorf("%d items pulled while the first is worked on", n)
			}
			close(first)
		}()
		for range Map(t.Context(), Options[int]{Jobs: 4, Window: 10}, numbers(-1, &pulled),
			func(_ context.Context, i int) int {
				if i == 0 {
					<-first
				}
				return i
			}) {
			got++
			synctest.Wait() // everybody waits for this consumer
			if n := pulled.Load(); n != int64(got)+10 {
				t.Errorf("%d items pulled when %d results were taken", n, got)
			}
			if got == 50 {
				break
			}
		}
	})
}

// TestUnordered: a result does not wait for one before it.
func TestUnordered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var pulled atomic.Int64
		var got []int
		for i := range Map(t.Context(), Options[int]{Jobs: 4, Unordered: true}, numbers(4, &pulled),
			func(_ context.Context, i int) int {
				time.Sleep(time.Duration(4-i) * time.Second)
				return i
			}) {
			got = append(got, i)
		}
		if !slices.Equal(got, []int{3, 2, 1, 0}) {
			t.Error(got)
		}
	})
}

// TestNoWaitForIn: a result does not wait for the next item, and the end of the consumer
// or of the context does not wait for it either.
func TestNoWaitForIn(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			typed := make(chan int, 1)
			typed <- 7
			items := func(yield func(int) bool) {
				for i := range typed {
					if !yield(i) {
						return
					}
				}
			}
			n := 0
			for got := range Map(ctx, Options[int]{Unordered: unordered}, items, func(_ context.Context, i int) int { return i }) {
				if n++; got != 7 || n > 1 {
					t.Errorf("%d", got)
				}
				cancel()
			}
			for range Map(t.Context(), Options[int]{Unordered: unordered}, numbers(1, new(atomic.Int64)),
				func(_ context.Context, i int) int { return i }) {
				break
			}
			close(typed)
		})
	}
}

// TestStop: when the consumer stops, the context of the work ends, nothing is started any
// more, and Map returns when the work has.
func TestStop(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var pulled, running, started atomic.Int64
			for range Map(t.Context(), Options[int]{Jobs: 8, Window: 100, Unordered: unordered}, numbers(-1, &pulled),
				func(ctx context.Context, i int) int {
					started.Add(1)
					if i == 0 {
						return i
					}
					running.Add(1)
					<-ctx.Done()
					time.Sleep(time.Second)
					running.Add(-1)
					return i
				}) {
				synctest.Wait()
				break
			}
			if n := running.Load(); n != 0 {
				t.Errorf("%d are still running", n)
			}
			if n := started.Load(); n != 9 {
				t.Errorf("%d were started", n)
			}
		})
	}
}

// TestCancel: when the context ends, no more items are pulled, and what has been pulled is
// worked on; with All, everything is.
func TestCancel(t *testing.T) {
	for _, all := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var pulled atomic.Int64
			got, ended := 0, 0
			for err := range Map(ctx, Options[int]{Jobs: 2, Window: 5, All: all}, numbers(100, &pulled),
				func(ctx context.Context, i int) error {
					if i > 0 {
						<-ctx.Done()
					}
					return ctx.Err()
				}) {
				if got++; got == 1 {
					synctest.Wait()
					cancel()
				}
				if err != nil {
					ended++
				}
			}
			switch {
			case !all && (got != 6 || pulled.Load() != 6):
				t.Errorf("%d results of %d items", got, pulled.Load())
			case all && got != 100:
				t.Errorf("%d results", got)
			case ended != got-1:
				t.Errorf("%d of %d had a context that has ended", ended, got)
			}
		})
	}
}

// TestAhead: items are prepared in their order, worked on when they are ready, and not
// pulled while Ahead waits.
func TestAhead(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			var waiting []func()
			prepared := 0
			var pulled atomic.Int64
			isReady := make([]atomic.Bool, 100)
			o := Options[int]{Jobs: 3, Window: 16, Unordered: unordered}
			o.Ahead = func(_ context.Context, i int, ready func()) {
				if i != prepared {
					t.Errorf("%d was prepared where %d should have been", i, prepared)
				}
				prepared++
				mu.Lock()
				defer mu.Unlock()
				waiting = append(waiting, func() { isReady[i].Store(true); ready() })
				if len(waiting) == 4 || i > 95 { // several at once, the last first
					for _, w := range slices.Backward(waiting) {
						go w()
					}
					waiting = nil
				}
			}
			var got []int
			for i := range Map(t.Context(), o, numbers(100, &pulled), func(_ context.Context, i int) int {
				if !isReady[i].Load() {
					t.Errorf("%d was worked on too early", i)
				}
				return i
			}) {
				got = append(got, i)
			}
			if !unordered && !slices.IsSorted(got) || len(got) != 100 {
				t.Error(got)
			}
		})
	}
}

// TestAheadStops: a consumer that stops does not wait for items that are never ready.
func TestAheadStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var pulled atomic.Int64
		o := Options[int]{Jobs: 2, Window: 8}
		o.Ahead = func(_ context.Context, i int, ready func()) {
			if i == 0 {
				ready()
			}
		}
		for range Map(t.Context(), o, numbers(-1, &pulled), func(_ context.Context, i int) int { return i }) {
			break
		}
	})
}

// TestAheadHurried: when the context ends, items are worked on that are not ready, each
// once.
func TestAheadHurried(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var pulled atomic.Int64
			var late []func()
			o := Options[int]{Jobs: 2, Window: 8, Unordered: unordered}
			o.Ahead = func(_ context.Context, i int, ready func()) {
				if late = append(late, ready); i == 0 {
					ready()
				}
			}
			n := 0
			for range Map(ctx, o, numbers(-1, &pulled), func(_ context.Context, i int) int { return i }) {
				if n++; n == 1 {
					synctest.Wait()
					cancel()
				}
				if n == 5 {
					for _, ready := range late[1:] {
						ready()
					}
				}
			}
			if n != 9 || pulled.Load() != 9 {
				t.Errorf("%d results of %d items", n, pulled.Load())
			}
		})
	}
}

// TestPanic: a panic of the work, or of the items, becomes the consumer's, and so does the
// end of a goroutine; nobody waits for ever.
func TestPanic(t *testing.T) {
	panics := func(n int) iter.Seq[int] {
		return func(yield func(int) bool) {
			for i := range n {
				if !yield(i) {
					return
				}
			}
			panic("no more items")
		}
	}
	exits := func(yield func(int) bool) {
		yield(0)
		runtime.Goexit()
	}
	work := func(_ context.Context, i int) int { return i }
	for _, test := range []struct {
		what  string
		in    iter.Seq[int]
		f     func(context.Context, int) int
		want  string // in the panic; "": the goroutine ends
		first int    // how many results come before
	}{
		{"of the work", numbers(-1, new(atomic.Int64)), func(_ context.Context, i int) int {
			if i == 5 {
				panic("five")
			}
			return i
		}, "five", 5},
		{"of the items", panics(3), work, "no more items", 3},
		{"end of the work", numbers(-1, new(atomic.Int64)), func(_ context.Context, i int) int {
			if i == 5 {
				runtime.Goexit()
			}
			return i
		}, "", 5},
		{"end of the items", exits, work, "", 1},
	} {
		t.Run(test.what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := 0
				var value any
				returned := false
				done := make(chan struct{})
				go func() {
					defer close(done)
					defer func() { value = recover() }()
					for range Map(t.Context(), Options[int]{Jobs: 3, Window: 9}, test.in, test.f) {
						got++
					}
					returned = true
				}()
				<-done
				text, _ := value.(string)
				if returned || got != test.first || (test.want == "") != (value == nil) || !strings.HasPrefix(text, test.want) {
					t.Errorf("%d results, then %v", got, value)
				}
			})
		})
	}
	t.Run("of the consumer", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			defer func() {
				if recover() != "mine" {
					t.Error("the consumer's own panic is lost")
				}
			}()
			for range Map(t.Context(), Options[int]{Jobs: 3}, numbers(-1, new(atomic.Int64)), work) {
				panic("mine")
			}
		})
	})
}
