package check

import (
	"context"
	"net/netip"
	"slices"
	"sync"

	"rdnsproxy/limits"
	"rdnsproxy/resolve"
)

// Expansion is what was found out about a name that Kerberos on this machine looks up
// beside the host's own.
type Expansion struct {
	Host    string
	Forward []resolve.Answer // one for each family
	Addrs   []netip.Addr     // of Forward, at most limits.Addresses
	Reverse []resolve.Answer // of each of Addrs
}

// found are its addresses.
func (e *Expansion) found() (all []foundAddr) {
	for i, a := range e.Addrs {
		all = append(all, foundAddr{a, canonicalOf(e.Forward, e.Host), &e.Reverse[i]})
	}
	return all
}

// expand looks up the names that Kerberos would, as far as the facts do not have them.
// Most targets have none.
func (q *Inquiry) expand(ctx context.Context) {
	for _, name := range q.toExpand() {
		e := Expansion{Host: name}
		for ans := range q.resolver.Addresses(ctx, name, resolve.AnyFamily, q.checker.Scope) {
			e.Forward = append(e.Forward, ans)
		}
		// Which family answers first is chance.
		slices.SortStableFunc(e.Forward,
			func(x, y resolve.Answer) int { return int(x.Question.Type) - int(y.Question.Type) })
		for _, ans := range e.Forward {
			for _, a := range ans.Addrs {
				if len(e.Addrs) < limits.Addresses && !slices.Contains(e.Addrs, a) {
					e.Addrs = append(e.Addrs, a)
				}
			}
		}
		e.Reverse = make([]resolve.Answer, len(e.Addrs))
		var wg sync.WaitGroup
		for i, a := range e.Addrs {
			wg.Go(func() { e.Reverse[i] = q.resolver.Reverse(ctx, a, q.checker.Scope) })
		}
		wg.Wait()
		if ctx.Err() != nil {
			return // nothing is better than what was cut short
		}
		q.update(func() { q.expanded = append(q.expanded, e) })
	}
}

// toExpand are the names that Kerberos may look up and the facts do not have: another one
// than the host's (GSSAPIServerIdentity, GSSAPITrustDns), or the host's with both families,
// of which AddressFamily has left out one.
func (q *Inquiry) toExpand() (names []string) {
	c := q.policy.Client
	if c == nil || !c.GSSAPI.On || c.Kerberos == nil || q.checker.ForwardOnly ||
		!c.Kerberos.Canonicalize.On && !c.Kerberos.Fallback ||
		c.GSSAPIIdentity == "" && !c.trustsDNS() && q.ask.Family == resolve.AnyFamily {
		return nil
	}
	f := newJudgement(func() Facts { q.mu.Lock(); defer q.mu.Unlock(); return q.facts(true) }(), q.policy)
	for _, g := range f.given() {
		_, known := f.found(g)
		if g.by == GivenByHost && !g.literal.IsValid() {
			known = q.ask.Family == resolve.AnyFamily
		}
		if !known && len(names) < limits.Tickets && !slices.Contains(names, g.name) {
			names = append(names, g.name)
		}
	}
	return names
}
