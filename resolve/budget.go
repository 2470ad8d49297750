package resolve

import (
	"context"
	"sync/atomic"
)

// Budget bounds the DNS questions for one target: the operator of its zones decides
// how many names and addresses there are to ask about. A zero Budget allows none.
type Budget struct {
	left  atomic.Int64
	spent atomic.Bool
	slots chan struct{}
}

// NewBudget allows a number of questions to DNS, and how many of them may be
// outstanding at once. A question costs nothing if its answer is cached or if an equal one
// is outstanding.
func NewBudget(questions, atOnce int) *Budget {
	b := &Budget{slots: make(chan struct{}, atOnce)}
	b.left.Store(int64(questions))
	return b
}

// Spent reports whether a question was not asked because the budget was spent.
func (b *Budget) Spent() bool { return b.spent.Load() }

type budgetKey struct{}

// Context makes lookups with the returned context pay from the budget. Lookups with
// any other context are unbounded.
func (b *Budget) Context(ctx context.Context) context.Context {
	return context.WithValue(ctx, budgetKey{}, b)
}

// spend pays for a question. It returns false if the budget is spent.
func spend(ctx context.Context) bool {
	b, limited := ctx.Value(budgetKey{}).(*Budget)
	if limited && b.left.Add(-1) < 0 {
		b.spent.Store(true)
		return false
	}
	return true
}

// takeSlot waits until a question that has been paid for may be outstanding. It returns
// false if ctx ends first. Otherwise the caller calls done when the question is answered.
func takeSlot(ctx context.Context) (done func(), ok bool) {
	b, limited := ctx.Value(budgetKey{}).(*Budget)
	if !limited {
		return func() {}, true
	}
	select {
	case b.slots <- struct{}{}:
		return b.release, true
	case <-ctx.Done():
		return nil, false
	}
}

func (b *Budget) release() { <-b.slots }

// spendMore pays for a further step of a question that has been paid for.
func spendMore(ctx context.Context) {
	if b, limited := ctx.Value(budgetKey{}).(*Budget); limited {
		b.left.Add(-1)
	}
}
