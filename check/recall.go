package check

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"rdnsproxy/resolve"
)

// withRecalled returns a context for the lookups about an address that finds what
// Checker.Recall has kept of them, and what to call after the last one.
func (q *Inquiry) withRecalled(ctx context.Context, p *pending, forward *resolve.Answer) (context.Context, func()) {
	if q.checker.Recall == nil || q.ahead != nil {
		return ctx, func() {}
	}
	own := askedNames(q.ask.Target.host, []resolve.Answer{*forward})
	var known []*resolve.Answer
	for _, a := range q.checker.Recall(p.addr) {
		if !isOwn(a.Question, own) {
			known = append(known, a)
		}
	}
	if len(known) == 0 {
		return ctx, func() {}
	}
	held := q.resolver.Hold(ctx, time.Time{}, known)
	return held, held.Release
}

// isOwn reports whether a question is about the addresses of the host that was asked for.
// It is asked in each run, whatever is kept.
func isOwn(question resolve.Question, own []resolve.Name) bool {
	return question.Type.Family() != resolve.AnyFamily && slices.Contains(own, question.Name)
}

// Reverse returns the answers about an address and its names, but for those about the
// host's own name: what a caller may keep for Checker.Recall. ok is false if they are not
// all there.
func (q *Inquiry) Reverse(a netip.Addr) (answers []resolve.Answer, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	p := q.find(a)
	if p == nil || !p.done || p.facts.CutShort {
		return nil, false
	}
	own := askedNames(q.ask.Target.host, q.forward)
	answers = append(answers, p.facts.Reverse)
	for _, ptr := range p.facts.PTRs {
		if lookedUp(ptr) && !isOwn(ptr.Forward.Question, own) {
			answers = append(answers, ptr.Forward)
		}
	}
	return answers, true
}
