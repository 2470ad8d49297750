package check

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"rdnsproxy/limits"
	"rdnsproxy/resolve"
)

// check gathers the facts about one address. The reverse lookup and the probe run in
// parallel.
func (q *Inquiry) check(ctx, lookups context.Context, p *pending, forward *resolve.Answer) {
	defer q.update(func() { p.done = true })
	var probing sync.WaitGroup
	if q.ask.Prober != nil {
		probing.Go(func() { q.probe(ctx, p) })
	}
	q.lookUpReverse(lookups, p, forward)
	if ctx.Err() != nil { // the lookups did not fail, they were cancelled
		q.mu.Lock()
		p.facts.CutShort = true
		q.mu.Unlock()
	}
	probing.Wait()
}

// lookUpReverse looks up the names of an address, and the addresses of the names.
func (q *Inquiry) lookUpReverse(ctx context.Context, p *pending, forward *resolve.Answer) {
	began, heldBack := time.Now(), resolve.HeldBack(ctx)
	ctx, release := q.withRecalled(ctx, p, forward)
	defer release()
	names, text := q.names(ctx, p, forward)
	var wg sync.WaitGroup
	lookUp := func(i int, n resolve.Name) {
		found := q.lookUp(ctx, PTRFacts{Name: n, Text: text}, p.lookup, forward)
		var search *resolve.Answer
		if q.policy.Thorough {
			search = q.asSSHD(ctx, PTRFacts{Name: n, Text: text, Forward: found}, p.lookup)
		}
		q.mu.Lock()
		p.facts.PTRs[i].Forward, p.facts.PTRs[i].Search = found, search
		q.mu.Unlock()
	}
	for i, n := range names {
		if i == len(names)-1 || q.ahead.knows() { // most addresses have one name, which needs no goroutine
			lookUp(i, n)
			continue
		}
		wg.Go(func() { lookUp(i, n) })
	}
	wg.Wait()
	took := time.Since(began) - (resolve.HeldBack(ctx) - heldBack)
	q.mu.Lock()
	p.facts.CutShort = false
	q.timings.Reverse = max(q.timings.Reverse, seconds(q.ahead.took(p.lookup)+took))
	q.mu.Unlock()
	if q.policy.Thorough {
		q.gatherThorough(ctx, p)
	}
}

// names looks up the names of an address and selects those that are checked. text is
// PTRFacts.Text of them all: a hosts file gives one name.
func (q *Inquiry) names(ctx context.Context, p *pending, forward *resolve.Answer) (names []resolve.Name, text string) {
	reverse := q.resolver.Reverse(ctx, p.lookup, q.checker.Scope)
	names = selectNames(reverse.Names, askedNames(q.ask.Target.host, []resolve.Answer{*forward}))
	ptrs := make([]PTRFacts, len(names))
	for i, n := range names {
		ptrs[i].Name, ptrs[i].Text = n, reverse.Text
	}
	q.mu.Lock()
	p.facts.Reverse, p.facts.PTRs = reverse, ptrs
	q.mu.Unlock()
	return names, reverse.Text
}

// probe connects to one address.
func (q *Inquiry) probe(ctx context.Context, p *pending) {
	found := q.ask.Prober.Probe(ctx, q.ask.Target, netip.AddrPortFrom(p.addr, q.ask.Target.Port))
	q.mu.Lock()
	defer q.mu.Unlock()
	p.facts.Probe = &found
	q.timings.Connect = max(q.timings.Connect, seconds(found.Connecting))
	q.timings.Identify = max(q.timings.Identify, seconds(found.Identifying))
	q.timings.HostKeys = max(q.timings.HostKeys, seconds(found.KeyFetching))
}

// askFingerprints looks up the SSHFP records of the host as ssh does: by its name
// without the search list, never by an address or by HostKeyAlias.
func (q *Inquiry) askFingerprints(ctx context.Context) {
	name := q.ask.Target.host.name
	if name == "" {
		return
	}
	a := q.resolver.Fingerprints(ctx, name)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.sshfp = &a
}

// lookUp looks up the addresses of one PTR name. If it is the name that gave this
// address, forward is the answer and no query is needed.
func (q *Inquiry) lookUp(ctx context.Context, p PTRFacts, a netip.Addr, forward *resolve.Answer) resolve.Answer {
	n := p.Name
	switch {
	case p.Text != "":
		return q.resolver.ForwardText(ctx, p.Text, resolve.FamilyOf(a), q.checker.Scope)
	case !lookedUp(p):
		return resolve.Answer{}
	case answers(forward, n, a):
		return *forward
	}
	return q.resolver.Forward(ctx, n, resolve.FamilyOf(a), q.checker.Scope)
}

// answers reports whether the answer that gave the address a is that about the name n, so
// that nobody has to be asked about it.
func answers(forward *resolve.Answer, n resolve.Name, a netip.Addr) bool {
	return n == forward.Question.Name && containsAddr(forward.Addrs, a)
}

// asSSHD looks up a PTR name as the getaddrinfo of an sshd on this machine does, with
// the search list. It returns nil if that makes no difference.
func (q *Inquiry) asSSHD(ctx context.Context, p PTRFacts, a netip.Addr) *resolve.Answer {
	if p.Text != "" || !lookedUp(p) || !q.resolver.SearchMatters(p.Name, p.Forward.Status) {
		return nil
	}
	found := q.resolver.Search(ctx, p.Name, resolve.FamilyOf(a), q.checker.Scope)
	if ctx.Err() != nil && found.Status.Temporary() {
		return nil // our time was up, not sshd's
	}
	return &found
}

// gatherThorough looks up what only a person wants to know: who runs the zone that a PTR
// record would stand in, if the address needs one.
func (q *Inquiry) gatherThorough(ctx context.Context, p *pending) {
	q.mu.Lock()
	facts := p.facts // its PTRs do not change any more
	q.mu.Unlock()
	at, wanted := facts.keeper(p.lookup, q.policy)
	if !wanted {
		return
	}
	zone := facts.Reverse.Zone
	if facts.keeperUnknown() {
		zone = q.resolver.Zone(ctx, at)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	p.facts.ReverseZone, p.facts.PTROwner = zone, at
}

// keeper is the owner of the PTR record that an address has or would have, if somebody has
// to be asked for another record; lookup is its lookupAddr.
func (a *AddressFacts) keeper(lookup netip.Addr, p Policy) (owner resolve.Name, wanted bool) {
	confirms := func(name PTRFacts) bool { return judgeName(nil, lookup, &name).Confirms() }
	if a.exempt(lookup) || !p.RequireName && slices.ContainsFunc(a.PTRs, confirms) {
		return "", false
	}
	if n := len(a.Reverse.Chain); n > 0 {
		return a.Reverse.Chain[n-1], true // RFC 2317: the owner of the record is the CNAME's target
	}
	return resolve.ReverseName(lookup), true
}

// keeperUnknown reports whether the reverse lookup did not say whose zone it is.
func (a *AddressFacts) keeperUnknown() bool {
	return a.Reverse.Zone == nil && a.Reverse.Source.Records()
}

// selectNames selects the PTR names that are checked: first those that equal a name
// that was asked for, then in bytewise order, so that the choice does not depend on
// how a server rotates the set.
func selectNames(names, asked []resolve.Name) []resolve.Name {
	names = slices.Clone(names)
	slices.SortFunc(names, func(x, y resolve.Name) int {
		if own := slices.Contains(asked, x); own != slices.Contains(asked, y) {
			if own {
				return -1
			}
			return 1
		}
		return cmp.Compare(x, y)
	})
	return names[:min(len(names), limits.PTRNames)]
}
