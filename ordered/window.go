package ordered

import (
	"context"
	"iter"
	"sync"
)

// window is one run of Map. An item goes from pull to a worker, and its result from there
// to yield, in a slot, of which there are Options.Window. Every channel has room for all
// of them, so that nobody waits but for a free slot, or for work (workers.go).
type window[T, R any] struct {
	o      Options[T]
	f      func(context.Context, T) R
	ctx    context.Context // of the work: ends when the consumer stops
	cancel context.CancelFunc
	forget func() bool // ends the wait for the end of the caller's context

	free    chan *slot[T, R] // used and free again
	out     chan *slot[T, R] // in the order in which they are yielded
	ready   chan *slot[T, R] // may be worked on
	over    chan struct{}    // closed when no more items are pulled
	stopped chan struct{}    // closed when the consumer has stopped

	mu      sync.Mutex
	ended   bool // over is closed
	hurried bool // what has been prepared is worked on, ready or not
	slots   []*slot[T, R]
	open    int      // items that are pulled, and not worked on to the end
	failed  *failure // of in
	workers
}

// slot has one item, and then its result.
type slot[T, R any] struct {
	item   T
	result R
	failed *failure      // instead of a result
	done   chan struct{} // has an element when there is one of them
	ready  func()        // has the item worked on

	waits    bool // for ready; window.mu guards it, and prepared
	prepared bool // Ahead has returned
}

func newWindow[T, R any](ctx context.Context, o Options[T], f func(context.Context, T) R) *window[T, R] {
	w := &window[T, R]{
		o: o, f: f,
		free:    make(chan *slot[T, R], o.Window),
		out:     make(chan *slot[T, R], o.Window),
		ready:   make(chan *slot[T, R], o.Window),
		over:    make(chan struct{}),
		stopped: make(chan struct{}),
		forget:  func() bool { return true },
	}
	w.ctx, w.cancel = context.WithCancel(ctx)
	if !o.All {
		w.forget = context.AfterFunc(ctx, w.hurry)
	}
	return w
}

// pull takes the items, each when there is a slot for it.
func (w *window[T, R]) pull(in iter.Seq[T]) {
	defer w.end()
	watch(func() { w.pullAll(in) }, func(f *failure) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.failed = f
	})
}

func (w *window[T, R]) pullAll(in iter.Seq[T]) {
	s := w.empty()
	if s == nil {
		return
	}
	for item := range in {
		s.item = item
		if !w.take(s) {
			return
		}
		if w.o.Ahead == nil {
			s.ready()
		} else {
			w.o.Ahead(w.ctx, item, s.ready)
			w.prepared(s)
		}
		if s = w.empty(); s == nil {
			return
		}
	}
}

// empty waits for a slot. It returns nil if no more items are to be pulled.
func (w *window[T, R]) empty() *slot[T, R] {
	var s *slot[T, R]
	select {
	case s = <-w.free:
	default:
		if s = w.newSlot(); s == nil {
			select {
			case s = <-w.free:
			case <-w.over:
			}
		}
	}
	if !w.o.All && w.ctx.Err() != nil { // end will be called any moment
		return nil
	}
	return s
}

// newSlot returns nil if there are as many slots as there may be.
func (w *window[T, R]) newSlot() *slot[T, R] {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.slots) == w.o.Window {
		return nil
	}
	s := &slot[T, R]{done: make(chan struct{}, 1)}
	s.ready = func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.start(s)
	}
	w.slots = append(w.slots, s)
	return s
}

// take counts an item as pulled. It returns false if no more items are to be pulled.
func (w *window[T, R]) take(s *slot[T, R]) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return false
	}
	w.open++
	s.waits = true
	if !w.o.Unordered {
		w.out <- s
	}
	return true
}

// start has the item of a slot worked on, once. The caller holds w.mu.
func (w *window[T, R]) start(s *slot[T, R]) {
	if s.waits {
		s.waits = false
		w.ready <- s
		w.wake()
	}
}

// prepared is called when Ahead has returned.
func (w *window[T, R]) prepared(s *slot[T, R]) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s.prepared = true; w.hurried {
		w.start(s)
	}
}

// hurry ends everything in its course: nothing more is pulled, and nothing waits to be
// ready.
func (w *window[T, R]) hurry() {
	w.end()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hurried = true
	for _, s := range w.slots {
		if s.prepared {
			w.start(s)
		}
	}
}

func (w *window[T, R]) do(s *slot[T, R]) {
	defer w.finish(s)
	watch(func() { s.result = w.f(w.ctx, s.item) }, func(f *failure) { s.failed = f })
}

// finish hands a result over.
func (w *window[T, R]) finish(s *slot[T, R]) {
	s.done <- struct{}{}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.o.Unordered {
		w.out <- s
	}
	w.open--
	w.closeIfDone()
}

// end lets no more items be pulled.
func (w *window[T, R]) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return
	}
	w.ended = true
	close(w.over)
	if !w.o.Unordered {
		close(w.out)
	}
	w.closeIfDone()
}

// closeIfDone ends the workers after the last item. The caller holds w.mu.
func (w *window[T, R]) closeIfDone() {
	if !w.ended || w.open > 0 {
		return
	}
	w.dismiss()
	if w.o.Unordered {
		close(w.out)
	}
}

// yield hands the results to the consumer.
func (w *window[T, R]) yield(yield func(R) bool) {
	for s := range w.out {
		<-s.done
		if s.failed != nil {
			w.stop()
			s.failed.raise()
		}
		result := s.result
		w.clear(s)
		w.free <- s
		if !yield(result) {
			return
		}
	}
	w.mu.Lock()
	failed := w.failed
	w.mu.Unlock()
	if failed != nil {
		w.stop()
		failed.raise()
	}
}

// clear makes a slot as good as new.
func (w *window[T, R]) clear(s *slot[T, R]) {
	w.mu.Lock()
	defer w.mu.Unlock()
	*s = slot[T, R]{done: s.done, ready: s.ready}
}

// stop ends all work and waits for it, but not for in. The consumer calls it, perhaps twice.
func (w *window[T, R]) stop() {
	w.forget()
	w.end()
	w.mu.Lock()
	if !w.isStopped() {
		close(w.stopped)
		w.dismiss()
	}
	w.mu.Unlock()
	w.cancel()
	w.running.Wait()
}

// isStopped reports whether the consumer has stopped.
func (w *window[T, R]) isStopped() bool {
	select {
	case <-w.stopped:
		return true
	default:
		return false
	}
}
