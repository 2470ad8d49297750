package resolve

import (
	"context"
	"sync/atomic"
	"time"

	"rdnsproxy/limits"
)

// meter caps the questions a second to one server, for all who ask it. It is a leaky
// bucket that holds a moment's questions, kept as the time of the next question (GCRA, as
// in ITU-T I.371). A zero meter caps nothing.
type meter struct {
	every atomic.Int64 // nanoseconds a question; 0: no cap
	next  atomic.Int64 // when the next question is due, in nanoseconds since 1970
}

// meterMoment is how much of its rate a server may get at once.
const meterMoment = 20 * time.Millisecond

// limit sets the cap to a number of questions a second; 0 lifts it.
func (m *meter) limit(rate int) {
	if rate <= 0 {
		m.every.Store(0)
		return
	}
	m.every.Store(max(1, int64(time.Second)/int64(rate)))
}

// take takes one question's place, if there is one at this time. Otherwise it returns how
// long it is until there is.
func (m *meter) take(now time.Time) (wait time.Duration) {
	every := m.every.Load()
	if every == 0 {
		return 0
	}
	at := now.UnixNano()
	for {
		next := m.next.Load()
		due := max(next, at-max(int64(meterMoment), every)+every)
		if due > at {
			return time.Duration(due - at)
		}
		if m.next.CompareAndSwap(next, due+every) {
			return 0
		}
	}
}

// wait waits for a question's place. It returns false if ctx ends first.
func (m *meter) wait(ctx context.Context) bool {
	for {
		left := m.take(time.Now())
		if left == 0 {
			return true
		}
		t := time.NewTimer(left)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return false
		}
	}
}

// meterServers caps what the servers are asked: to rate questions a second each, or, if
// rate is 0 and a lane asks, to limits.LaneRate those that are not on this machine.
func (s *stub) meterServers(rate int, lane bool) {
	for i := range s.meters {
		most := rate
		if rate == 0 && lane && !s.servers[i].Addr.Addr().IsLoopback() {
			most = limits.LaneRate
		}
		s.meters[i].limit(most)
	}
}
