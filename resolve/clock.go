package resolve

import (
	"context"
	"sync"
	"time"
)

// WithTimeout is context.WithTimeout for lookups of r, but the time in which Rate holds them
// back does not count: it says nothing about a server, nor about a target. After the
// CancelFunc, Err is Canceled in any case.
func (r *Resolver) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if !r.Paced() {
		u := &until{Context: ctx, deadline: time.Now().Add(d)}
		return u, u.Release
	}
	c := &clock{Context: ctx, done: make(chan struct{}), left: d, since: time.Now()}
	c.mu.Lock()
	c.timer = time.AfterFunc(d, func() { c.end(context.DeadlineExceeded) })
	c.mu.Unlock()
	stop := context.AfterFunc(ctx, func() { c.end(ctx.Err()) })
	return c, func() {
		stop()
		c.end(context.Canceled)
	}
}

// Paced reports whether Rate caps what some server is asked.
func (r *Resolver) Paced() bool {
	r.init()
	return r.meters.capped()
}

// HeldBack returns how long Rate has held back lookups with a context of WithTimeout, or one
// made from it.
func HeldBack(ctx context.Context) time.Duration {
	c := clockOf(ctx)
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.holds > 0 {
		return c.held + time.Since(c.since)
	}
	return c.held
}

// lapse measures how long a lookup takes, without the time in which Rate holds it back: that
// would be no fact about a server.
type lapse struct {
	ctx   context.Context
	start time.Time
	held  time.Duration // before start
}

func lapseOf(ctx context.Context) lapse { return lapse{ctx, time.Now(), HeldBack(ctx)} }

func (l lapse) took() time.Duration {
	return max(0, time.Since(l.start)-(HeldBack(l.ctx)-l.held))
}

// clock is a context with a timeout whose time can stand still.
type clock struct {
	context.Context
	done chan struct{}

	mu    sync.Mutex
	timer *time.Timer
	left  time.Duration // at since
	since time.Time     // it has run, or stood still, since then
	holds int           // lookups that are held back; while there are any, it stands still
	held  time.Duration // how long it stood still, until since
	err   error
}

type clockKey struct{}

// clockOf finds the clock that a context is or was made from; nil if there is none.
func clockOf(ctx context.Context) *clock {
	c, _ := ctx.Value(clockKey{}).(*clock)
	return c
}

// standStill stops the clocks of a context until the returned function is called.
func standStill(ctx context.Context) (goOn func()) {
	c := clockOf(ctx)
	if c == nil {
		return func() {}
	}
	c.hold()
	outer := standStill(c.Context)
	return func() {
		c.release()
		outer()
	}
}

func (c *clock) hold() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.holds++; c.holds == 1 {
		c.timer.Stop()
		now := time.Now()
		c.left, c.since = c.left-now.Sub(c.since), now
	}
}

func (c *clock) release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.holds--; c.holds > 0 {
		return
	}
	now := time.Now()
	c.held, c.since = c.held+now.Sub(c.since), now
	if c.err == nil {
		c.timer.Reset(max(c.left, 0))
	}
}

func (c *clock) end(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
		c.timer.Stop()
		close(c.done)
	}
}

// Value finds the clock itself, or what the context below holds.
func (c *clock) Value(key any) any {
	if key == (clockKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// Deadline is when the time is up if nothing holds it back from now on.
func (c *clock) Deadline() (time.Time, bool) {
	c.mu.Lock()
	at := c.since.Add(c.left)
	if c.holds > 0 {
		at = time.Now().Add(c.left)
	}
	c.mu.Unlock()
	if below, ok := c.Context.Deadline(); ok && below.Before(at) {
		return below, true
	}
	return at, true
}

// Done is closed when the time is up, or the context below has ended.
func (c *clock) Done() <-chan struct{} { return c.done }

// Err reports why Done is closed.
func (c *clock) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}
