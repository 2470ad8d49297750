package audit

import "slices"

// best keeps the first n of many elements in the order of compare, in memory for 2n. The
// result does not depend on the order in which they are added, if compare gives 0 for
// equal elements only.
type best[T any] struct {
	n       int
	compare func(x, y T) int
	kept    []T
	full    bool // the n-th of those that were kept is at n-1
}

func newBest[T any](n int, compare func(x, y T) int) *best[T] {
	return &best[T]{n: n, compare: compare}
}

func (b *best[T]) add(x T) {
	if b.full && b.compare(x, b.kept[b.n-1]) > 0 {
		return
	}
	b.kept = append(b.kept, x)
	if len(b.kept) >= 2*b.n {
		b.sorted()
	}
}

// sorted returns the elements that were kept, in order.
func (b *best[T]) sorted() []T {
	slices.SortFunc(b.kept, b.compare)
	if len(b.kept) >= b.n {
		clear(b.kept[b.n:])
		b.kept, b.full = b.kept[:b.n], b.n > 0
	}
	return b.kept
}
