package resolve

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"rdnsproxy/limits"
)

// meter counts the questions to one server, for all who ask it, and caps those of a
// second. It is a leaky bucket that holds a moment's questions, kept as the time of the next
// question (the generic cell rate algorithm of ITU-T I.371). A zero meter caps nothing.
type meter struct {
	most  atomic.Int64 // questions a second that Resolver.Rate allows; 0: no cap
	every atomic.Int64 // nanoseconds a question; 0: no cap
	next  atomic.Int64 // when the next question is due, in nanoseconds since 1970

	sent, lost atomic.Int64
}

// meterMoment is how much of its rate a server may get at once.
const meterMoment = 20 * time.Millisecond

// meters are those of the servers that a Resolver, and those made of it, ask: what they ask
// one server together is capped.
type meters struct {
	mu   sync.Mutex
	rate int  // Resolver.Rate
	many bool // there are very many questions
	of   map[Server]*meter

	order []Server // of them
}

// meter returns a server's meter.
func (ms *meters) meter(s Server) *meter {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	m := ms.of[s]
	if m == nil {
		if ms.of == nil {
			ms.of = map[Server]*meter{}
		}
		m = new(meter)
		ms.of[s], ms.order = m, append(ms.order, s)
		ms.set(s, m)
	}
	return m
}

// expectMany caps, if the rate is 0, what servers are asked that are not on this machine.
func (ms *meters) expectMany() {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	ms.many = true
	for s, m := range ms.of {
		ms.set(s, m)
	}
}

// set sets a meter's cap. It needs ms.mu.
func (ms *meters) set(s Server, m *meter) {
	m.most.Store(int64(max(ms.rate, 0)))
	if ms.rate == 0 && ms.many && !s.Addr.Addr().IsLoopback() {
		m.most.Store(limits.LaneRate)
	}
	m.slow(0)
}

// capped reports whether some server is asked less than it could be.
func (ms *meters) capped() bool {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	return ms.rate > 0 || ms.rate == 0 && ms.many
}

// asked returns what each server was asked.
func (ms *meters) asked() (all []Asked) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	for _, s := range ms.order {
		m := ms.of[s]
		all = append(all, Asked{s, m.sent.Load(), m.lost.Load()})
	}
	return all
}

// slow lowers the cap to a number of questions a second; 0 restores it.
func (m *meter) slow(rate float64) {
	if most := float64(m.most.Load()); most > 0 && (rate == 0 || rate > most) {
		rate = most
	}
	every := int64(0)
	if rate > 0 {
		every = max(1, int64(float64(time.Second)/rate))
	}
	m.every.Store(every)
}

// count counts a question that was asked, and has failed with err if that is not nil.
func (m *meter) count(err error) {
	m.sent.Add(1)
	if err != nil && !errors.Is(err, ErrUnusable) && !errors.Is(err, context.Canceled) {
		m.lost.Add(1)
	}
}

// moment is how many questions may get through at once. More than that need not wait here:
// their time would pass before they are asked.
func (m *meter) moment() int {
	every := m.every.Load()
	if every == 0 {
		return math.MaxInt
	}
	return int(max(1, int64(meterMoment)/every))
}

// book takes the next place that nobody has taken, and returns how long it is until then.
func (m *meter) book(now time.Time) (wait time.Duration) {
	at := now.UnixNano()
	for every := m.every.Load(); every > 0; {
		next := m.next.Load()
		due := max(next, at-int64(meterMoment))
		if m.next.CompareAndSwap(next, due+every) {
			return time.Duration(max(due-at, 0))
		}
	}
	return 0
}

// wait books a place, and waits for it. It returns false if ctx ends first.
func (m *meter) wait(ctx context.Context) bool {
	wait := m.book(time.Now())
	if wait == 0 {
		return true
	}
	defer standStill(ctx)()
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
