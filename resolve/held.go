package resolve

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Held is a context for lookups of one Resolver whose answers are known already. Such a
// lookup finds them without asking anybody, and without a lock, a goroutine or a timer. What
// is not among them is looked up as ever, until the deadline, and so is everything that
// another Resolver is asked.
type Held struct {
	context.Context
	of       *stub // whose answers they are
	deadline time.Time
	answers  []*Answer

	once   sync.Once
	timed  context.Context // made when somebody waits for the deadline
	cancel context.CancelFunc
	gone   atomic.Bool // Release was called
}

// Hold makes a context for r of answers of DNS, as Asker.Answered was told them; nil ones among
// them are skipped. The answers' Took is kept. A zero deadline is none. The caller calls
// Release when the lookups have ended.
func (r *Resolver) Hold(ctx context.Context, deadline time.Time, answers []*Answer) *Held {
	return &Held{Context: ctx, of: &r.stub, deadline: deadline, answers: answers}
}

// heldKey finds the answers that are one Resolver's.
type heldKey struct{ of *stub }

// held finds the Held of this Resolver that a context is or was made from; nil if there is
// none.
func (s *stub) held(ctx context.Context) *Held {
	if h, ok := ctx.(*Held); ok && h.of == s {
		return h
	}
	h, _ := ctx.Value(heldKey{s}).(*Held)
	return h
}

// find is the answer to q, nil if it is not held.
func (h *Held) find(q Question) *Answer {
	if h == nil {
		return nil
	}
	for _, a := range h.answers {
		if a != nil && a.Question.Type == q.Type && a.Question.Name == q.Name {
			return a
		}
	}
	return nil
}

// Value finds the Held itself, or what the context below holds.
func (h *Held) Value(key any) any {
	if key == (heldKey{h.of}) {
		return h
	}
	return h.Context.Value(key)
}

// Deadline is when lookups of what is not held end.
func (h *Held) Deadline() (time.Time, bool) {
	below, ok := h.Context.Deadline()
	if h.deadline.IsZero() || ok && below.Before(h.deadline) {
		return below, ok
	}
	return h.deadline, true
}

// Done starts the timer: only who waits needs it.
func (h *Held) Done() <-chan struct{} {
	if h.deadline.IsZero() {
		return h.Context.Done()
	}
	return h.start().Done()
}

// Err reports why the context has ended, if it has.
func (h *Held) Err() error {
	err := h.Context.Err()
	switch {
	case err != nil:
		return err
	case h.gone.Load(): // Done may be closed, and then there must be an error
		return context.Canceled
	case !h.deadline.IsZero() && !time.Now().Before(h.deadline):
		return context.DeadlineExceeded
	}
	return nil
}

func (h *Held) start() context.Context {
	h.once.Do(func() { h.timed, h.cancel = context.WithDeadline(h.Context, h.deadline) })
	return h.timed
}

// Release frees the timer, if there is one. Nothing may be looked up with h afterwards.
func (h *Held) Release() {
	h.gone.Store(true)
	h.once.Do(func() { h.cancel = func() {} })
	h.cancel()
}
