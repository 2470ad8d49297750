package resolve

import (
	"context"
	"sync/atomic"
)

// Budget bounds what the names and addresses of one target may cost: whoever keeps
// them decides how many there are. A zero Budget allows nothing.
type Budget struct {
	left  atomic.Int64
	spent atomic.Bool
	slots chan struct{}
}

// NewBudget allows so many questions to DNS, and so many of them at once. What is
// known already costs nothing.
func NewBudget(questions, atOnce int) *Budget {
	b := &Budget{slots: make(chan struct{}, atOnce)}
	b.left.Store(int64(questions))
	return b
}

// Spent reports whether a question was not asked because the budget was spent.
func (b *Budget) Spent() bool { return b.spent.Load() }

type budgetKey struct{}

// Context makes look-ups pay from the budget. Without one there is no bound.
func (b *Budget) Context(ctx context.Context) context.Context {
	return context.WithValue(ctx, budgetKey{}, b)
}

// spend pays for a question. false: there is nothing left, or ctx has ended.
// Whoever is told true calls done when it is answered.
func spend(ctx context.Context) (done func(), ok bool) {
	b, limited := ctx.Value(budgetKey{}).(*Budget)
	if !limited {
		return func() {}, true
	}
	if b.left.Add(-1) < 0 {
		b.spent.Store(true)
		return nil, false
	}
	select {
	case b.slots <- struct{}{}:
		return b.release, true
	case <-ctx.Done():
		return nil, false
	}
}

func (b *Budget) release() { <-b.slots }

// spendMore pays for a further step of a question that is under way.
func spendMore(ctx context.Context) {
	if b, limited := ctx.Value(budgetKey{}).(*Budget); limited {
		b.left.Add(-1)
	}
}
