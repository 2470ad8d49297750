package resolve

import (
	"context"
	"time"
)

// Held is a context for lookups of one Resolver whose answers are known already. Such a
// lookup finds them without asking anybody, and without a lock, a goroutine or a timer. What
// is not among them is looked up as ever, until the deadline, and so is everything that
// another Resolver is asked.
type Held struct {
	until
	of      *stub // whose answers they are
	answers []*Answer
}

// Hold makes a context for r of answers of DNS, as Asker.Answered was told them; nil ones among
// them are skipped. The answers' Took is kept. A zero deadline is none. The caller calls
// Release when the lookups have ended.
func (r *Resolver) Hold(ctx context.Context, deadline time.Time, answers []*Answer) *Held {
	return &Held{until: until{Context: ctx, deadline: deadline}, of: &r.stub, answers: answers}
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
