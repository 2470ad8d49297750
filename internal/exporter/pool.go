package exporter

import (
	"context"
	"errors"
	"sync"
	"time"

	"rdnsproxy/check"
)

// Why a probe did not take place.
var (
	errBusy = errors.New("too many probes are running and waiting; a larger --probe.concurrency or fewer targets would help")
	errLate = errors.New("the probe did not begin before the scrape timeout, because too many others were running")
	errOver = errors.New("the exporter is shutting down")
)

// pool runs probes, equal ones only once and a limited number at a time, and caches what
// they find.
type pool struct {
	ctx   context.Context    // of all checks; not a client's, because others may wait for the same check
	end   context.CancelFunc // ends all checks
	slots chan struct{}
	queue int // how many may wait beside those with a slot
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
	waiters   int           // requests; guarded by pool.mu, as are the next two
	waits     bool          // it is one of pool.waiting
	begun     bool          // it has a slot, or will never have one
	abandoned chan struct{} // closed if its last waiter leaves before it has begun
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

// probe returns what is known about a target: a cached result unless fresh is set, else the
// result of an equal probe that is already running, else that of a new one. If ctx ends
// first, it is what is known by then. The error is errBusy, errLate, errOver, or that of the
// module's files.
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

// room returns why no more checks may wait, or nil. It needs p.mu.
func (p *pool) room() error {
	switch {
	case p.ctx.Err() != nil:
		return errOver
	case len(p.flights) >= cap(p.slots)+p.queue:
		return errBusy
	}
	return nil
}

// leave is called by a waiter that stops waiting. A flight that nobody waits for does not
// begin; if it has begun, its result is cached.
func (p *pool) leave(f *flight) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f.waiters--; f.waiters == 0 && !f.begun {
		close(f.abandoned)
		p.stopWaiting(f)
		delete(p.flights, f.key) // the next equal probe makes its own
	}
}

// cutShort returns what a flight has found so far. It goes on without this caller.
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

// stopWaiting ends a flight's wait. It needs p.mu.
func (p *pool) stopWaiting(f *flight) {
	if f.waits {
		f.waits = false
		p.waiting--
	}
}

// enter waits for a slot. It returns false if the flight's time is over or nobody waits for
// it any more.
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
	p.stopWaiting(f)
	if entered && f.waiters == 0 {
		<-p.slots
		return false
	}
	f.begun = true
	return entered
}

// finish records how a flight has ended, and caches its result if there is one.
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

// forget empties the cache: its results belong to an earlier reading of the modules file.
func (p *pool) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cache.clear()
}

// state returns numbers for the gauges.
func (p *pool) state() (running, waiting, entries, bytes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.flights) - p.waiting, p.waiting, len(p.cache.kept), p.cache.bytes
}
