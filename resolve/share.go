package resolve

import (
	"context"
	"errors"
	"sync"
	"time"
)

// shared lets equal questions that are outstanding share one flight, which
// keeps a forger from having many equal questions to hit (RFC 5452, section 5),
// and keeps the answers for as long as they hold.
//
// The first asker flies, in its own goroutine. An asker who gives up gives up
// alone: when it was the one who flew, the next one flies anew. So nobody's
// deadline is another's, and no goroutine is needed for it.
type shared struct {
	mu    sync.Mutex
	air   map[Question]*joint
	known map[Question]kept
}

// joint is a flight with company.
type joint struct {
	done   chan struct{} // made by the first who waits
	answer Answer
	landed bool // false: its pilot gave up
}

type kept struct {
	answer Answer
	until  time.Time
}

// The cache's bounds: it serves one run of the program.
const (
	maxKept    = 16384
	maxKeptTTL = time.Hour
)

// ask gives q's answer: from memory, from a flight that is in the air, or from
// fly.
func (s *shared) ask(ctx context.Context, q Question, fly func(context.Context, Question) Answer) Answer {
	start := time.Now()
	for {
		s.mu.Lock()
		if a, ok := s.recall(q, start); ok {
			s.mu.Unlock()
			return a
		}
		if ctx.Err() != nil {
			s.mu.Unlock()
			return Answer{Question: q, Status: gaveUp(ctx), Source: Source{Kind: KindDNS}, Took: time.Since(start)}
		}
		j := s.air[q]
		if j == nil {
			j = new(joint)
			if s.air == nil {
				s.air = make(map[Question]*joint)
			}
			s.air[q] = j
			s.mu.Unlock()
			return s.pilot(ctx, q, j, fly)
		}
		if j.done == nil {
			j.done = make(chan struct{})
		}
		done := j.done
		s.mu.Unlock()
		select {
		case <-done:
			if j.landed {
				a := j.answer
				a.Took = time.Since(start)
				return a
			}
		case <-ctx.Done():
			return Answer{Question: q, Status: gaveUp(ctx), Source: Source{Kind: KindDNS}, Took: time.Since(start)}
		}
	}
}

// pilot flies for all who wait, and lets go of them even if fly panics.
func (s *shared) pilot(ctx context.Context, q Question, j *joint, fly func(context.Context, Question) Answer) Answer {
	defer func() {
		s.mu.Lock()
		delete(s.air, q)
		if j.landed {
			s.keep(q, j.answer)
		}
		if j.done != nil {
			close(j.done)
		}
		s.mu.Unlock()
	}()
	a := fly(ctx, q)
	j.answer = a
	j.landed = ctx.Err() == nil || !a.Status.Temporary()
	return a
}

// recall wants s.mu.
func (s *shared) recall(q Question, now time.Time) (Answer, bool) {
	k, ok := s.known[q]
	if !ok {
		return Answer{}, false
	}
	left := k.until.Sub(now)
	if left <= 0 {
		delete(s.known, q)
		return Answer{}, false
	}
	k.answer.TTL = min(k.answer.TTL, left.Truncate(time.Second))
	k.answer.Took = 0
	return k.answer, true
}

// keep wants s.mu. Failures are not kept: whoever remembers those knows for how
// long. Full, it makes room by dropping a few of no choice in particular.
func (s *shared) keep(q Question, a Answer) {
	if a.TTL <= 0 || a.Status.Temporary() {
		return
	}
	if s.known == nil {
		s.known = make(map[Question]kept)
	}
	if len(s.known) >= maxKept {
		room := maxKept / 16
		for old := range s.known {
			delete(s.known, old)
			if room--; room == 0 {
				break
			}
		}
	}
	s.known[q] = kept{a, time.Now().Add(min(a.TTL, maxKeptTTL))}
}

// gaveUp is the status of a look-up whose time was ended from outside.
func gaveUp(ctx context.Context) Status {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return Timeout
	}
	return Skipped
}
