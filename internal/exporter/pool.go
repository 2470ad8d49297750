package exporter

import (
	"context"
	"errors"
	"sync"
	"time"

	"rdnsproxy/check"
)

// Errors of a probe that did not take place.
var (
	errBusy = errors.New("too many probes run and wait already; a larger --probe.concurrency, or fewer targets, helps")
	errLate = errors.New("the probe did not begin before the scrape timeout, since too many others run")
	errOver = errors.New("the exporter is shutting down")
)

// pool runs probes: equal ones once, so many at a time, and keeps what they have found.
type pool struct {
	ctx   context.Context    // of all checks: no client's, since others may wait for the same
	end   context.CancelFunc // ends them
	slots chan struct{}
	queue int // how many more than slots may wait
	now   func() time.Time
	meter *meter

	mu      sync.Mutex
	flights map[key]*flight
	waiting int // flights that have no slot yet
	cache   *cache
	all     sync.WaitGroup
}

// flight is a check that runs or waits for its turn.
type flight struct {
	key       key
	began     chan struct{} // closed when inquiry is set
	inquiry   *check.Inquiry
	start     time.Time
	done      chan struct{} // closed when result or err is set
	result    result
	err       error
	waiters   int           // guarded by pool.mu, as is the next
	waits     bool          // it is one of pool.waiting
	begun     bool          // it waits no more
	abandoned chan struct{} // closed if nobody waits for it any more, and it has not begun
}

func newPool(concurrency, queue int, now func() time.Time, m *meter) *pool {
	p := &pool{
		slots: make(chan struct{}, concurrency), queue: queue, now: now, meter: m,
		flights: map[key]*flight{}, cache: newCache(),
	}
	p.ctx, p.end = context.WithCancel(context.Background())
	return p
}

// close ends all checks and waits for them.
func (p *pool) close() {
	p.end()
	p.all.Wait()
}

// how says where a result came from.
type how struct {
	cached bool
	shared bool
}

// probe returns what is known of a target: what is kept, unless fresh is set, what an equal
// probe finds that runs already, or what a new one does. When ctx ends, that is what is known
// by then. The error is errBusy, errLate, errOver, or that of the module's files.
func (p *pool) probe(ctx context.Context, a *asker, w Word, fresh bool) (result, how, error) {
	k := key{a, w.String()}
	p.mu.Lock()
	if !fresh {
		if r, ok := p.cache.get(k, p.now()); ok {
			p.mu.Unlock()
			return r, how{cached: true}, nil
		}
	}
	f := p.flights[k]
	joined := f != nil
	if !joined {
		if err := p.room(); err != nil {
			p.mu.Unlock()
			return result{}, how{}, err
		}
		f = &flight{
			key: k, waits: true, start: p.now(), began: make(chan struct{}), done: make(chan struct{}), abandoned: make(chan struct{}),
		}
		p.flights[k] = f
		p.waiting++
		p.all.Go(func() { p.run(f, w) })
	}
	f.waiters++
	p.mu.Unlock()

	select {
	case <-f.done:
		p.leave(f)
		return f.result, how{shared: joined}, f.err
	case <-ctx.Done():
	}
	p.leave(f)
	select {
	case <-f.done:
		return f.result, how{shared: joined}, f.err
	case <-f.began:
		return p.cutShort(f), how{shared: joined}, nil
	default:
		return result{}, how{shared: joined}, errLate
	}
}

// room reports whether one more check may wait. It needs p.mu.
func (p *pool) room() error {
	switch {
	case p.ctx.Err() != nil:
		return errOver
	case len(p.flights) >= cap(p.slots)+p.queue:
		return errBusy
	}
	return nil
}

// leave is for who does not wait for a flight any more. One that has not begun, and that
// nobody waits for, does not begin.
func (p *pool) leave(f *flight) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f.waiters--; f.waiters == 0 && !f.begun {
		close(f.abandoned)
		p.comeIn(f)
		delete(p.flights, f.key) // who comes now begins anew
	}
}

// cutShort is what is known of a flight that goes on without this caller.
func (p *pool) cutShort(f *flight) result {
	return result{Result: f.inquiry.CutShort(), cut: true, began: f.start, took: p.now().Sub(f.start)}
}

// run waits for a slot, checks, and keeps the result.
func (p *pool) run(f *flight, w Word) {
	defer close(f.done)
	m := f.key.asker.Module
	// The time for a probe includes its wait, as Prometheus' does.
	ctx, cancel := context.WithTimeout(p.ctx, m.Timeout)
	defer cancel()
	if !p.enter(ctx, f) {
		p.finish(f, result{}, errLate)
		return
	}
	defer func() { <-p.slots }()
	now := p.now()
	q, done, err := f.key.asker.begin(ctx, w, now, func() { p.meter.addressRefused(m) })
	if err != nil {
		p.finish(f, result{}, err)
		return
	}
	defer done()
	f.inquiry, f.start = q, now
	close(f.began)
	r, complete := q.Wait(ctx, check.Everything)
	if !complete {
		r = q.CutShort()
	}
	found := result{Result: r, cut: !complete, began: now, took: p.now().Sub(now)}
	p.meter.checked(m, found)
	p.finish(f, found, nil)
}

// comeIn ends a flight's wait. It needs p.mu.
func (p *pool) comeIn(f *flight) {
	if f.waits {
		f.waits = false
		p.waiting--
	}
}

// enter waits until a flight may begin. It is false if that is no longer wanted.
func (p *pool) enter(ctx context.Context, f *flight) bool {
	entered := false
	select {
	case p.slots <- struct{}{}:
		entered = true
	case <-f.abandoned:
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.comeIn(f)
	if entered && f.waiters == 0 {
		<-p.slots
		return false
	}
	f.begun = true
	return entered
}

// finish makes a flight's end known, and keeps the result if there is one.
func (p *pool) finish(f *flight, r result, err error) {
	f.result, f.err = r, err
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.flights[f.key] == f {
		delete(p.flights, f.key)
	}
	if err == nil && p.ctx.Err() == nil {
		p.cache.put(f.key, r, p.now().Add(f.key.asker.age(r)))
	}
}

// forget drops what is kept: another reading of the modules file does not use it.
func (p *pool) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cache.clear()
}

// state is for the gauges.
func (p *pool) state() (running, waiting, entries, bytes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.flights) - p.waiting, p.waiting, len(p.cache.kept), p.cache.bytes
}
