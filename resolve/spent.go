package resolve

import (
	"context"
	"sync/atomic"

	"rdnsproxy/limits"
)

// spent is how often a lane has sent a question to each server before it had the ordinary
// way gone, by the server's place in the configuration.
type spent []uint8

// left tells the ordinary way what has been spent on a question. Who never asks again
// leaves it behind, so there is a bound.
func (s *shared) left(q Question, x spent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.spent == nil || len(s.spent) >= limits.LaneJobs {
		s.spent = map[Question]spent{}
	}
	s.spent[q] = append(spent(nil), x...)
}

// takeSpent returns, once, what has been spent on a question; nil: nothing.
func (s *shared) takeSpent(q Question) spent {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.spent[q]
	delete(s.spent, q)
	return x
}

// counting counts what a lookup with the returned context sends over UDP.
func (x spent) counting(ctx context.Context) (context.Context, *atomic.Int32) {
	if x == nil {
		return ctx, nil
	}
	n := new(atomic.Int32)
	return context.WithValue(ctx, sendsKey{}, n), n
}

type sendsKey struct{}

// countSend counts a datagram for who wants to know.
func countSend(ctx context.Context) {
	if n, ok := ctx.Value(sendsKey{}).(*atomic.Int32); ok {
		n.Add(1)
	}
}

// add takes into account what was sent to a server.
func (x spent) add(server int, n *atomic.Int32) {
	if n != nil {
		x[server] += uint8(min(n.Swap(0), sends))
	}
}

// up reports whether a server was sent a question as often as it may be.
func (x spent) up(server int) bool { return x != nil && x[server] >= sends }
