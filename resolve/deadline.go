package resolve

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// until is a context with a deadline, as context.WithDeadline's, but its timer starts only
// when somebody waits for it.
type until struct {
	context.Context
	deadline time.Time // zero: none

	once   sync.Once
	timed  context.Context // made when somebody waits for the deadline
	cancel context.CancelFunc
	gone   atomic.Bool // Release was called
}

// Deadline is its own or the one below, whichever is earlier.
func (u *until) Deadline() (time.Time, bool) {
	below, ok := u.Context.Deadline()
	if u.deadline.IsZero() || ok && below.Before(u.deadline) {
		return below, ok
	}
	return u.deadline, true
}

// Done starts the timer: only who waits needs it.
func (u *until) Done() <-chan struct{} {
	if u.deadline.IsZero() {
		return u.Context.Done()
	}
	return u.start().Done()
}

// AfterFunc saves contexts that are made from this one a goroutine: see context.AfterFunc.
func (u *until) AfterFunc(f func()) (stop func() bool) {
	if u.deadline.IsZero() {
		return context.AfterFunc(u.Context, f)
	}
	return context.AfterFunc(u.start(), f)
}

// Err reports why the context has ended, if it has.
func (u *until) Err() error {
	err := u.Context.Err()
	switch {
	case err != nil:
		return err
	case u.gone.Load(): // Done may be closed, and then there must be an error
		return context.Canceled
	case !u.deadline.IsZero() && !time.Now().Before(u.deadline):
		return context.DeadlineExceeded
	}
	return nil
}

func (u *until) start() context.Context {
	u.once.Do(func() { u.timed, u.cancel = context.WithDeadline(u.Context, u.deadline) })
	return u.timed
}

// Release ends the context, and frees the timer if there is one.
func (u *until) Release() {
	u.gone.Store(true)
	u.once.Do(func() { u.timed, u.cancel = ended(), func() {} })
	u.cancel()
}

// ended is a context that has ended.
var ended = sync.OnceValue(func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
})
