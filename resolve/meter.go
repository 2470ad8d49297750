package resolve

import (
	"context"
	"math"
	"sync/atomic"
	"time"

	"rdnsproxy/limits"
)

// meter caps the questions a second to one server, for all who ask it. It is a leaky
// bucket that holds a moment's questions, kept as the time of the next question (the
// generic cell rate algorithm of ITU-T I.371). A zero meter caps nothing.
type meter struct {
	most  atomic.Int64 // questions a second that Resolver.Rate allows; 0: no cap
	every atomic.Int64 // nanoseconds a question; 0: no cap
	next  atomic.Int64 // when the next question is due, in nanoseconds since 1970
}

// meterMoment is how much of its rate a server may get at once.
const meterMoment = 20 * time.Millisecond

// meterServers caps what the servers are asked: to rate questions a second each, or, if
// rate is 0 and a lane asks, to limits.LaneRate those that are not on this machine.
func (s *stub) meterServers(rate int, lane bool) {
	for i := range s.meters {
		m := &s.meters[i]
		m.most.Store(int64(max(rate, 0)))
		if rate == 0 && lane && !s.servers[i].Addr.Addr().IsLoopback() {
			m.most.Store(limits.LaneRate)
		}
		m.slow(0)
	}
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

// moment is how many questions may get through at once. More than that need not wait here:
// their time would pass before they are asked.
func (m *meter) moment() int {
	every := m.every.Load()
	if every == 0 {
		return math.MaxInt
	}
	return int(max(1, int64(meterMoment)/every))
}

// take takes a question's place, if there is one at this time. Otherwise it returns how
// long it is until there is.
func (m *meter) take(now time.Time) (wait time.Duration) {
	at := now.UnixNano()
	for every := m.every.Load(); every > 0; {
		next := m.next.Load()
		due := max(next, at-int64(meterMoment))
		if due > at {
			return time.Duration(due - at)
		}
		if m.next.CompareAndSwap(next, due+every) {
			break
		}
	}
	return 0
}

// wait takes the next place that nobody has taken, and waits for it. It returns false if
// ctx ends first.
func (m *meter) wait(ctx context.Context) bool {
	every := m.every.Load()
	if every == 0 {
		return true
	}
	at := time.Now().UnixNano()
	for {
		next := m.next.Load()
		due := max(next, at-int64(meterMoment))
		if !m.next.CompareAndSwap(next, due+every) {
			continue
		}
		if due <= at {
			return true
		}
		t := time.NewTimer(time.Duration(due - at))
		defer t.Stop()
		select {
		case <-t.C:
			return true
		case <-ctx.Done():
			return false
		}
	}
}
