package ordered

import (
	"testing"
	"time"
)

// TestInOrder: results come in input order, and no more run than there are jobs.
func TestInOrder(t *testing.T) {
	slots := make(chan struct{}, 3)
	next := 0
	in := make([]int, 100)
	for i := range in {
		in[i] = i
	}
	for got := range Map(3, in, func(i int) int {
		select {
		case slots <- struct{}{}:
		default:
			t.Error("more run than there are jobs")
		}
		time.Sleep(time.Duration(i%3) * time.Millisecond)
		<-slots
		return i
	}) {
		if got != next {
			t.Fatalf("%d came where %d should have", got, next)
		}
		next++
	}
	for range Map(2, in, func(i int) int { return i }) {
		break // stopping early must not block
	}
}
