package resolve

import (
	"context"
	"sync"
	"time"
)

// WithTimeout is context.WithTimeout for lookups of r, but the time in which Rate holds them
// back does not count, and neither does time in which nobody ran, as while the machine
// sleeps: both say nothing about a server, nor about a target. After the CancelFunc, Err is Canceled in any case.
func (r *Resolver) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if !r.Paced() {
		u := &until{Context: ctx, deadline: time.Now().Add(d)}
		return u, u.Release
	}
	c := &clock{Context: ctx, done: make(chan struct{}), given: d, left: d, since: time.Now()}
	c.mu.Lock()
	c.timer = time.AfterFunc(c.beat(), c.ring)
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

// lapse measures how long a lookup takes, by its clock if it has one: the time in which Rate
// holds it back, or nobody ran, would be no fact about a server.
type lapse struct {
	clock *clock
	start time.Time
	spent time.Duration // of the clock, before start
}

func lapseOf(ctx context.Context) lapse {
	l := lapse{clockOf(ctx), time.Now(), 0}
	if l.clock != nil {
		l.spent = l.clock.spent()
	}
	return l
}

func (l lapse) took() time.Duration {
	if l.clock != nil {
		return l.clock.spent() - l.spent
	}
	return time.Since(l.start)
}

// clock is a context with a timeout whose time can stand still.
type clock struct {
	context.Context
	done chan struct{}

	mu    sync.Mutex
	timer *time.Timer
	given time.Duration
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
		c.charge()
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
		c.timer.Reset(c.beat())
	}
}

// beat is when the timer rings next: it is looked at so often that a time in which nobody ran
// is seen as that.
func (c *clock) beat() time.Duration { return min(max(c.left, 0), heartbeat) }

// charge takes the time that has passed off what is left. It needs c.mu.
func (c *clock) charge() {
	now := time.Now()
	passed, beat := now.Sub(c.since), c.beat()
	if passed > beat+overslept {
		passed = beat
	}
	c.left, c.since = c.left-passed, now
}

// spent is how much of its time has passed.
func (c *clock) spent() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.holds == 0 {
		c.charge()
	}
	return c.given - c.left
}

// ring is the timer's.
func (c *clock) ring() {
	c.mu.Lock()
	if c.holds > 0 || c.err != nil { // it was stopped too late
		c.mu.Unlock()
		return
	}
	if c.charge(); c.left > 0 {
		c.timer.Reset(c.beat())
		c.mu.Unlock()
		return
	}
	c.mu.Unlock()
	c.end(context.DeadlineExceeded)
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
