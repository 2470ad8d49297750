package check

import (
	"context"
	"net/netip"

	"rdnsproxy/resolve"
)

// A Stage is how far an Inquiry has come: what Wait waits for.
type Stage struct {
	reaches reach
	addr    netip.Addr // of reachReverse
}

type reach int

const (
	reachNow reach = iota
	reachAddresses
	reachReverse
	reachAllReverse
	reachPins
	reachEverything
)

// The stages, and what a complete Result of each contains. What is beyond a stage
// is in the Result as far as it is known by then.
var (
	// Now waits for nothing. It is complete if everything is known.
	Now = Stage{}

	// Addresses is when every address family has answered: the Result has all
	// addresses of the target.
	Addresses = Stage{reaches: reachAddresses}

	// AllReverse is Addresses, and ReverseOf each of them: all verdicts are final,
	// and advice that rests on all addresses can be given.
	AllReverse = Stage{reaches: reachAllReverse}

	// Pins is when DNS has said what it says today of a target whose addresses are
	// from hosts lines that rdnsproxy has written (Result.Pinned): the findings
	// about these lines are final (Code.Pin). It does not wait for reverse names. Of
	// any other target it is complete with the first address.
	Pins = Stage{reaches: reachPins}

	// Everything is AllReverse and what a Checker is set to ask besides: what DNS
	// and the second resolver say of the target, and its SSHFP records.
	Everything = Stage{reaches: reachEverything}
)

// ReverseOf is when all is known about one address: its reverse names, where they
// lead and, if there is a Prober, what is behind it. The verdict on the address is
// final. An address that the target does not have is waited for until all are known,
// and never complete.
func ReverseOf(a netip.Addr) Stage { return Stage{reachReverse, a} }

// Wait waits until the inquiry has reached a stage, but no longer than ctx, and judges
// what is known then. The inquiry goes on, and a later Wait knows more.
//
// complete reports that the Result has all that the stage promises. It is false if ctx
// ended first, and if the context of Begin cut the inquiry short before the stage: then
// what is missing is Undetermined. What was asked and not answered within
// Checker.Timeout is a fact, and complete.
func (q *Inquiry) Wait(ctx context.Context, s Stage) (r *Result, complete bool) {
	q.mu.Lock()
	over, complete := q.reached(s)
	for !over && s != Now && ctx.Err() == nil {
		q.next(ctx)
		over, complete = q.reached(s)
	}
	facts := q.snapshot()
	q.mu.Unlock()
	return Judge(facts, q.policy), complete
}

// reached reports whether nothing more will come of what a stage waits for, and
// whether it is all there. It wants q.mu.
func (q *Inquiry) reached(s Stage) (over, complete bool) {
	switch s.reaches {
	case reachReverse:
		if p := q.find(s.addr); p != nil {
			return p.done, p.done && !p.facts.CutShort
		}
		return q.resolved, false
	case reachPins:
		if pinned(q.forward) {
			return q.viewsDone, q.viewsDone && !q.viewsCut
		}
		over = q.resolved || len(q.order) > 0
		return over, over
	}
	over, complete = q.resolved, q.resolved && !q.nameCut
	if s.reaches == reachAddresses {
		return over, complete
	}
	for _, p := range q.order {
		over, complete = over && p.done, complete && p.done && !p.facts.CutShort
	}
	if s.reaches == reachAllReverse {
		return over, complete
	}
	return over && q.viewsDone, complete && q.viewsDone && !q.viewsCut
}

// next waits for the next change. It wants q.mu, and lets go of it meanwhile.
func (q *Inquiry) next(ctx context.Context) {
	news := q.news
	q.mu.Unlock()
	defer q.mu.Lock()
	select {
	case <-news:
	case <-ctx.Done():
	}
}

// update makes a change that somebody may wait for.
func (q *Inquiry) update(change func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	change()
	close(q.news)
	q.news = make(chan struct{})
}

// pinned reports whether addresses are from a hosts line that rdnsproxy has written.
func pinned(forward []resolve.Answer) bool {
	for _, ans := range forward {
		if len(ans.Pins) > 0 {
			return true
		}
	}
	return false
}
