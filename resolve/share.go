package resolve

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"rdnsproxy/limits"
)

// shared lets equal questions that are outstanding share one call, as
// golang.org/x/sync/singleflight does, and caches the answers for their TTL.
// Sharing also denies a forger many equal questions to hit (RFC 5452, section 5).
//
// The first caller asks, in its own goroutine. If it gives up, the next caller that waits
// asks again, so no caller depends on another's deadline and no goroutine is needed.
type shared struct {
	fetch func(context.Context, Question) *Answer // asks the servers
	hold  atomic.Int64                            // how long a failure is cached, in nanoseconds
	keep  time.Duration                           // how long an answer is cached at most; 0: limits.AnswerTime

	mu    sync.Mutex
	calls map[Question]*call // outstanding, or finished and cached
	kept  int                // of calls, those that are cached
	older map[Question]*call // cached before those: the next to be dropped, all at once
	spent map[Question]spent // by a lane, on questions that go the ordinary way
}

// call is a question that is outstanding or has been answered.
type call struct {
	finished bool          // guarded by shared's mu, as are those before the empty line
	done     chan struct{} // made by the first who waits; closed at the end
	flight   *laneFlight   // if a lane asks
	abroad   []*laneWait   // lanes that wait for somebody else's call

	// Set before finished is, and not changed afterwards.
	answer *Answer   // nil: the caller gave up
	until  time.Time // until when it is cached; zero: it is not
	lapses time.Time // the end of its TTL
}

// ask returns q's answer: from the cache, from a call that is outstanding, or from a
// new one.
func (s *shared) ask(ctx context.Context, q Question) *Answer {
	lapse := lapseOf(ctx)
	start := lapse.start
	for {
		s.mu.Lock()
		c := s.find(q)
		if c != nil && c.finished && start.Before(c.until) {
			s.mu.Unlock()
			return c.recall(start)
		}
		if ctx.Err() != nil {
			s.mu.Unlock()
			return &Answer{Question: q, Status: gaveUp(ctx), Source: Source{Kind: KindDNS}, Took: time.Since(start)}
		}
		if c == nil || c.finished {
			if !spend(ctx) {
				s.mu.Unlock()
				return &Answer{Question: q, Status: Skipped, Source: Source{Kind: KindDNS}, Took: time.Since(start)}
			}
			c = new(call)
			s.put(q, c)
			s.mu.Unlock()
			return s.do(ctx, q, c, lapse)
		}
		if c.done == nil {
			c.done = make(chan struct{})
		}
		done := c.done
		s.mu.Unlock()
		goOn := standStill(ctx) // who asks has a deadline, and may be held back
		select {
		case <-done:
			goOn()
			if c.answer != nil {
				a := *c.answer
				a.Took = lapse.took()
				return &a
			}
		case <-ctx.Done():
			goOn()
			return &Answer{Question: q, Status: gaveUp(ctx), Source: Source{Kind: KindDNS}, Took: time.Since(start)}
		}
	}
}

// find needs s.mu.
func (s *shared) find(q Question) *call {
	if c := s.calls[q]; c != nil {
		return c
	}
	return s.older[q]
}

// put makes a call known as outstanding. It needs s.mu.
func (s *shared) put(q Question, c *call) {
	if s.calls == nil {
		s.calls = make(map[Question]*call)
	}
	s.calls[q] = c
}

// do asks on behalf of all who wait. They are released even if fetch panics.
func (s *shared) do(ctx context.Context, q Question, c *call, l lapse) *Answer {
	defer s.finish(q, c)
	done, ok := takeSlot(ctx) // not before: equal questions wait for this one, not for slots
	if !ok {
		return &Answer{Question: q, Status: gaveUp(ctx), Source: Source{Kind: KindDNS}, Took: l.took()}
	}
	defer done()
	a := s.fetch(ctx, q)
	now := time.Now()
	a.Took = l.took()
	failed := a.Status.Temporary()
	if !failed || ctx.Err() == nil {
		c.answer = a
	}
	if c.answer != nil {
		c.until, c.lapses = s.expiry(a, now), now.Add(a.TTL)
	}
	return a
}

// expiry is until when an answer is cached; zero: not at all. Without a lane, failures
// are cached by callers, if at all.
func (s *shared) expiry(a *Answer, now time.Time) time.Time {
	switch hold := time.Duration(s.hold.Load()); {
	case !a.Status.Temporary() && a.TTL > 0:
		return now.Add(min(a.TTL, cmp.Or(s.keep, limits.AnswerTime)))
	case a.Status.Temporary() && hold > 0:
		return now.Add(hold)
	}
	return time.Time{}
}

// forget drops a cached failure, for who knows of it and asks again.
func (s *shared) forget(q Question) {
	if s.hold.Load() == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.find(q); c != nil && c.finished && c.answer.Status.Temporary() {
		delete(s.calls, q)
		delete(s.older, q)
	}
}

// finish releases those who wait and caches the answer if it has a TTL.
func (s *shared) finish(q Question, c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.finished, c.flight = true, nil
	if c.done != nil {
		close(c.done)
	}
	for _, w := range c.abroad {
		w.lane.mail.post(w, c.answer)
	}
	c.abroad = nil
	if c.until.IsZero() {
		delete(s.calls, q)
		return
	}
	if s.kept++; s.kept == limits.Answers/2 {
		s.age()
	}
}

// age makes room for new answers: those of half the cache that came last are the older ones
// now. It needs s.mu.
func (s *shared) age() {
	s.older, s.calls, s.kept = s.calls, s.older, 0
	if clear(s.calls); s.calls == nil {
		s.calls = make(map[Question]*call, limits.Answers/2)
	}
	for q, c := range s.older {
		if !c.finished {
			s.calls[q] = c
			delete(s.older, q)
		}
	}
}

// recall is the cached answer with what is left of its TTL.
func (c *call) recall(now time.Time) *Answer {
	a := *c.answer
	a.TTL = max(0, min(a.TTL, c.lapses.Sub(now).Truncate(time.Second)))
	a.Took = 0
	return &a
}

// gaveUp is the status of a lookup that its context ended.
func gaveUp(ctx context.Context) Status {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return Timeout
	}
	return Skipped
}
