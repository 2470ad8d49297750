package limits

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The shares leave a quarter of the descriptors for the rest, however few there are, and
// are never zero.
func TestShares(t *testing.T) {
	for _, parts := range []int{2, 8, 64} {
		if n := share(parts, 1<<20); n != max(descriptors()/parts, 1) {
			t.Errorf("a share of one in %d is %d of %d", parts, n, descriptors())
		}
	}
	if n := share(1<<30, 16); n != 1 {
		t.Errorf("next to none is %d, want 1", n)
	}
	if c, s, p := Connections(), Streams(), Programs(); c+s+8*p > descriptors()/4*3+8 {
		t.Errorf("%d connections, %d streams and %d programs are too many for %d descriptors", c, s, p, descriptors())
	}
}

func TestGate(t *testing.T) {
	var g gate
	var inside, most atomic.Int32
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			leave, err := g.enter(t.Context(), func() int { return 3 })
			if err != nil {
				t.Error(err)
				return
			}
			defer leave()
			n := inside.Add(1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
			time.Sleep(time.Millisecond)
			inside.Add(-1)
		})
	}
	all.Wait()
	if n := most.Load(); n > 3 {
		t.Errorf("%d were inside at once, 3 may be", n)
	}
}

// A wait that its context ends takes no slot.
func TestGateGivesUp(t *testing.T) {
	var g gate
	one := func() int { return 1 }
	leave, err := g.enter(t.Context(), one)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.enter(ctx, one); !errors.Is(err, context.Canceled) {
		t.Errorf("a full gate and an ended context: %v", err)
	}
	leave()
	if leave, err = g.enter(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	leave()
}

func TestWords(t *testing.T) {
	for n, want := range map[int]string{0: "0", 64: "64", 999: "999", 1000: "1,000", 16384: "16,384",
		1234567: "1,234,567"} {
		if got := count(n); got != want {
			t.Errorf("count(%d) = %q, want %q", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{time.Hour: "1 h", 90 * time.Minute: "90 min",
		30 * time.Second: "30 s", 1500 * time.Millisecond: "1.5 s"} {
		if got := span(d); got != want {
			t.Errorf("span(%v) = %q, want %q", d, got, want)
		}
	}
}
