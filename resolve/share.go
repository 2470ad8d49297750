package resolve

import (
	"context"
	"errors"
	"sync"
	"time"

	"rdnsproxy/limits"
)

// shared lets equal questions that are outstanding share one flight, which
// keeps a forger from having many equal questions to hit (RFC 5452, section 5),
// and keeps the answers for as long as they hold.
//
// The first asker flies, in its own goroutine. An asker who gives up gives up
// alone: when it was the one who flew, the next one flies anew. So nobody's
// deadline is another's, and no goroutine is needed for it.
type shared struct {
	fly func(context.Context, Question) *Answer // how an answer is got

	mu      sync.Mutex
	flights map[Question]*joint // in the air, or landed and still good
}

// joint is a flight with company.
type joint struct {
	landed bool          // guarded by shared's mu
	done   chan struct{} // likewise; made by the first who waits

	// Set before it has landed or done is closed, and then no more.
	answer *Answer   // nil: its pilot gave up
	until  time.Time // how long the answer holds; zero: it is for those who wait alone
}

// ask gives q's answer: from memory, from a flight that is in the air, or from
// one of its own.
func (s *shared) ask(ctx context.Context, q Question) *Answer {
	start := time.Now()
	paid := false
	for {
		s.mu.Lock()
		j := s.flights[q]
		if j != nil && j.landed && start.Before(j.until) {
			s.mu.Unlock()
			return j.recall(start)
		}
		if ctx.Err() != nil {
			s.mu.Unlock()
			return &Answer{Question: q, Status: gaveUp(ctx), Source: Source{Kind: KindDNS}, Took: time.Since(start)}
		}
		if j == nil || j.landed {
			if !paid {
				s.mu.Unlock()
				done, ok := spend(ctx)
				if !ok {
					return &Answer{Question: q, Status: unpaid(ctx), Source: Source{Kind: KindDNS}, Took: time.Since(start)}
				}
				defer done()
				paid = true
				continue // somebody may have asked in the meantime
			}
			j = new(joint)
			if s.flights == nil {
				s.flights = make(map[Question]*joint)
			}
			s.flights[q] = j
			s.mu.Unlock()
			return s.pilot(ctx, q, j, start)
		}
		if j.done == nil {
			j.done = make(chan struct{})
		}
		done := j.done
		s.mu.Unlock()
		select {
		case <-done:
			if j.answer != nil {
				a := *j.answer
				a.Took = time.Since(start)
				return &a
			}
		case <-ctx.Done():
			return &Answer{Question: q, Status: gaveUp(ctx), Source: Source{Kind: KindDNS}, Took: time.Since(start)}
		}
	}
}

// pilot flies for all who wait, and lets go of them even if fly panics.
func (s *shared) pilot(ctx context.Context, q Question, j *joint, start time.Time) *Answer {
	defer s.land(q, j)
	a := s.fly(ctx, q)
	now := time.Now()
	a.Took = now.Sub(start)
	failed := a.Status.Temporary()
	if !failed || ctx.Err() == nil {
		j.answer = a
	}
	if !failed && a.TTL > 0 { // whoever remembers failures knows for how long
		j.until = now.Add(min(a.TTL, limits.AnswerTime))
	}
	return a
}

// land tells those who wait, and keeps the answer where it holds. Full, the
// cache makes room by dropping a few of no choice in particular.
func (s *shared) land(q Question, j *joint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j.landed = true
	if j.done != nil {
		close(j.done)
	}
	if j.until.IsZero() {
		delete(s.flights, q)
		return
	}
	if len(s.flights) <= limits.Answers {
		return
	}
	room := limits.Answers / 16
	for old, flight := range s.flights {
		if flight.landed {
			delete(s.flights, old)
		}
		if room--; room == 0 {
			break
		}
	}
}

// recall is the answer as it holds at a later time.
func (j *joint) recall(now time.Time) *Answer {
	a := *j.answer
	a.TTL = min(a.TTL, j.until.Sub(now).Truncate(time.Second))
	a.Took = 0
	return &a
}

// unpaid is the status of a question that was not asked.
func unpaid(ctx context.Context) Status {
	if ctx.Err() != nil {
		return gaveUp(ctx)
	}
	return Skipped
}

// gaveUp is the status of a look-up whose time was ended from outside.
func gaveUp(ctx context.Context) Status {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return Timeout
	}
	return Skipped
}
