package resolve

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"rdnsproxy/internal/lab"
)

func TestBudget(t *testing.T) {
	s := startDNS(t, lab.Zone("example.com", manyHosts(20)...))
	r := asking(t, s)
	b := NewBudget(5, 2)
	ctx := b.Context(within(t))
	for i := range 20 {
		a := r.Forward(ctx, Name(fmt.Sprintf("h%d.example.com", i)), IPv4, System)
		if want := map[bool]Status{true: OK, false: Skipped}[i < 5]; a.Status != want {
			t.Errorf("%d: %+v", i, a)
		}
		if b.Spent() != (i >= 5) {
			t.Errorf("%d: spent is %t", i, b.Spent())
		}
	}
	if a := r.Forward(ctx, "h0.example.com", IPv4, System); a.Status != OK {
		t.Errorf("what is known costs: %+v", a)
	}
	if a := r.Forward(within(t), "h9.example.com", IPv4, System); a.Status != OK || s.Questions() != 6 {
		t.Errorf("another target pays: %+v, %d questions", a, s.Questions())
	}
}

// Of equal questions one is asked, and one is paid for, however few may be outstanding.
func TestBudgetEqualQuestions(t *testing.T) {
	s := startDNS(t, lab.Zone("example.com", manyHosts(3)...))
	r := asking(t, s)
	b := NewBudget(3, 1)
	ctx := b.Context(within(t))
	var wg sync.WaitGroup
	for i := range 300 {
		wg.Go(func() {
			if a := r.Forward(ctx, Name(fmt.Sprintf("h%d.example.com", i%3)), IPv4, System); a.Status != OK {
				t.Errorf("%+v", a)
			}
		})
	}
	wg.Wait()
	if b.Spent() || s.Questions() != 3 {
		t.Errorf("spent is %t, %d questions", b.Spent(), s.Questions())
	}
}

// No more questions are outstanding than the budget allows, and a wait ends with its
// context.
func TestBudgetAtOnce(t *testing.T) {
	s := startDNS(t, lab.Zone("example.com", manyHosts(12)...))
	var mu sync.Mutex
	now, most := 0, 0
	s.Fault("", func(*lab.DNSExchange) {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		time.Sleep(20 * time.Millisecond)
		mu.Lock()
		now--
		mu.Unlock()
	})
	r := asking(t, s)
	ctx := NewBudget(100, 3).Context(within(t))
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			if a := r.Forward(ctx, Name(fmt.Sprintf("h%d.example.com", i)), IPv4, System); a.Status != OK {
				t.Errorf("%+v", a)
			}
		})
	}
	wg.Wait()
	mu.Lock()
	defer mu.Unlock()
	if most != 3 {
		t.Errorf("%d at once", most)
	}
	gone, cancel := context.WithCancel(NewBudget(100, 0).Context(context.Background()))
	cancel()
	if a := r.Forward(gone, "new.example.com", IPv4, System); a.Status != Skipped {
		t.Errorf("%+v", a)
	}
}
