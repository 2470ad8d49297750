package ordered

import "sync"

// workers are the goroutines that work on what is ready, at most Options.Jobs. window.mu
// guards them.
//
// One of them is woken at a time, and wakes the next if there is more to do than it takes,
// as Go's scheduler does with its threads. So a few do all the work if it is done as fast as
// it comes, on stacks that have grown to what it needs; and if they wait for something,
// there are more at once.
type workers struct {
	jobs    int             // how many there are
	idle    []chan struct{} // of those that wait for work; the last one is woken first
	waking  bool            // one is woken or started, and has not looked for work yet
	running sync.WaitGroup
}

// wake has a worker look for work, if there is some and none is about to look. The caller
// holds w.mu.
func (w *window[T, R]) wake() {
	last := len(w.idle) - 1
	switch {
	case w.waking || len(w.ready) == 0 || w.isStopped():
	case last >= 0:
		w.waking = true
		w.idle[last] <- struct{}{}
		w.idle = w.idle[:last]
	case w.jobs < w.o.Jobs:
		w.waking = true
		w.jobs++
		w.running.Go(w.work)
	}
}

// dismiss wakes all workers: there is nothing more to do. The caller holds w.mu.
func (w *window[T, R]) dismiss() {
	for _, woken := range w.idle {
		woken <- struct{}{}
	}
	w.idle = nil
}

// work works on items until there are no more. One goroutine for many keeps the stack that
// f has grown.
func (w *window[T, R]) work() {
	defer w.leave() // perhaps because f has ended the goroutine
	woken := make(chan struct{}, 1)
	w.mu.Lock()
	w.waking = false
	w.mu.Unlock()
	for s := w.next(woken); s != nil; s = w.next(woken) {
		w.do(s)
	}
}

// next waits for an item that is ready. It returns nil if there are no more.
func (w *window[T, R]) next(woken chan struct{}) *slot[T, R] {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.ready) == 0 {
		if w.isStopped() || w.ended && w.open == 0 {
			return nil
		}
		w.idle = append(w.idle, woken)
		w.mu.Unlock()
		<-woken
		w.mu.Lock()
		w.waking = false
	}
	if w.isStopped() {
		return nil
	}
	s := <-w.ready
	w.wake()
	return s
}

// leave makes room for another worker.
func (w *window[T, R]) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.jobs--
	w.wake()
}
