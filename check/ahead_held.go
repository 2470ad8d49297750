package check

import (
	"context"
	"net/netip"
	"time"

	"rdnsproxy/resolve"
)

// This file is how an Inquiry uses what was asked ahead. Its methods may be called on a
// nil ahead, and otherwise only when it is done.

type aheadKey struct{}

// with returns a context in which Check finds the answers.
func (h *ahead) with(ctx context.Context) context.Context {
	return context.WithValue(ctx, aheadKey{}, h)
}

// aheadOf returns what was asked ahead for a check, nil if nothing was.
func aheadOf(ctx context.Context, c *Checker, a *Ask) *ahead {
	h, _ := ctx.Value(aheadKey{}).(*ahead)
	if h == nil || !h.done.Load() || h.checker != c || h.ask.Target.Host != a.Target.Host || h.ask.Family != a.Family {
		return nil
	}
	return h
}

// hold returns a context whose lookups find the answers, and limits the others.
func (h *ahead) hold(ctx context.Context, limit time.Duration) *resolve.Held {
	var deadline time.Time
	if limit > 0 {
		deadline = time.Now().Add(limit)
	}
	return h.checker.Resolver.Hold(ctx, deadline, h.held)
}

// knows reports whether everything that was foreseen has been answered.
func (h *ahead) knows() bool { return h != nil && h.complete }

// questions is how many the lane has asked.
func (h *ahead) questions() int {
	if h == nil {
		return 0
	}
	return h.asked
}

// waited is how long the lane waited for the addresses.
func (h *ahead) waited() time.Duration {
	if h == nil {
		return 0
	}
	return h.resolved
}

// took is how long it waited for the names of an address, and for their addresses.
func (h *ahead) took(lookup netip.Addr) time.Duration {
	if h == nil {
		return 0
	}
	for i := range h.addrs {
		if h.addrs[i].lookup == lookup {
			return h.addrs[i].took
		}
	}
	return 0
}
