package check

import (
	"context"
	"net/netip"

	"rdnsproxy/resolve"
)

// A Stage is a point in the work of an Inquiry: what Wait waits for.
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

// The stages, and what a complete Result of each contains. The Result also has
// whatever else is known by then.
var (
	// Now does not wait. Its Result is complete if everything is known.
	Now = Stage{}

	// Addresses is reached when every address family has answered: the Result has all
	// addresses of the target.
	Addresses = Stage{reaches: reachAddresses}

	// AllReverse is Addresses, and ReverseOf for each of them: all verdicts are final,
	// and so is advice that depends on all addresses.
	AllReverse = Stage{reaches: reachAllReverse}

	// Pins is for a target whose addresses come from hosts lines that rdnsproxy has
	// written (Result.Pinned). It is reached when DNS has answered as well: the findings
	// about these lines are final (Code.Pin). It does not wait for reverse lookups. For
	// any other target it is reached with the first address.
	Pins = Stage{reaches: reachPins}

	// Everything is AllReverse, and the answers of DNS and of the second resolver to
	// compare with, and the SSHFP records, where the Checker looks them up.
	Everything = Stage{reaches: reachEverything}
)

// ReverseOf is reached when the reverse names of an address and their addresses are
// known and the Prober, if there is one, is done with it: the verdict on the address is
// final. For an address that the target does not have, Wait waits for Addresses and is
// never complete.
func ReverseOf(a netip.Addr) Stage { return Stage{reachReverse, a} }

// Wait waits until the inquiry has reached a stage, but no longer than ctx, and judges
// what is known then. The inquiry goes on, so a later Wait may know more.
//
// complete reports whether the Result has all that the stage promises. It is false if
// ctx ended first, or if the context of Begin ended before the stage was reached. What
// is missing then is Undetermined. A lookup that Checker.Timeout ended has failed, which
// is a fact like any other: the Result is complete.
func (q *Inquiry) Wait(ctx context.Context, s Stage) (r *Result, complete bool) {
	q.mu.Lock()
	over, complete := q.reached(s)
	for !over && s != Now && ctx.Err() == nil {
		q.next(ctx)
		over, complete = q.reached(s)
	}
	facts := q.facts(true)
	q.mu.Unlock()
	return Judge(facts, q.policy), complete
}

// CutShort is the Result as of now for a caller whose time is over: it says what is missing
// (TargetCutShort), as that of Check does after its deadline. The inquiry goes on.
func (q *Inquiry) CutShort() *Result {
	q.mu.Lock()
	facts := q.facts(true)
	facts.Cut, facts.NameCut = true, q.nameCut || !q.resolved
	q.mu.Unlock()
	return Judge(facts, q.policy)
}

// reached reports whether a stage has nothing more to wait for, and whether its facts
// are complete. The caller holds q.mu.
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

// next waits for the next change. The caller holds q.mu, which is unlocked meanwhile.
func (q *Inquiry) next(ctx context.Context) {
	if q.news == nil {
		q.news = make(chan struct{})
	}
	news := q.news
	q.mu.Unlock()
	defer q.mu.Lock()
	select {
	case <-news:
	case <-ctx.Done():
	}
}

// update makes a change, and wakes up everybody who waits.
func (q *Inquiry) update(change func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	change()
	if q.news != nil {
		close(q.news)
		q.news = nil
	}
}

// pinned reports whether addresses come from a hosts line that rdnsproxy has written.
func pinned(forward []resolve.Answer) bool {
	for _, ans := range forward {
		if len(ans.Pins) > 0 {
			return true
		}
	}
	return false
}
