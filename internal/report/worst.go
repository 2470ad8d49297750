package report

import (
	"slices"

	"rdnsproxy/check"
)

// worstOf keeps the worst of what is added, at most most of it, and of equally bad ones
// those that came first.
type worstOf[T any] struct {
	most   int
	kept   int
	passed int // how many were added and are not kept
	by     [check.Error + 1][]T
}

func (w *worstOf[T]) add(s check.Severity, t T) {
	if w.kept < w.most {
		w.kept++
		w.by[s] = append(w.by[s], t)
		return
	}
	w.passed++
	for less := check.Pass; less < s; less++ {
		if n := len(w.by[less]); n > 0 {
			w.by[less] = w.by[less][:n-1]
			w.by[s] = append(w.by[s], t)
			return
		}
	}
}

// list returns what is kept, the worst first.
func (w *worstOf[T]) list() []T {
	var all []T
	for _, of := range slices.Backward(w.by[:]) {
		all = append(all, of...)
	}
	return all
}
