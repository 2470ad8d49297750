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

// check gathers the facts about one address: what its names say, and beside that
// what is behind it.
func (q *Inquiry) check(ctx, lookups context.Context, p *pending, forward *resolve.Answer) {
	defer q.update(func() { p.done = true })
	var probing sync.WaitGroup
	if q.ask.Prober != nil {
		probing.Go(func() { q.probe(ctx, p) })
	}
	q.lookBack(lookups, p, forward)
	if ctx.Err() != nil { // what the look-ups say was not theirs to say
		q.mu.Lock()
		p.facts.CutShort = true
		q.mu.Unlock()
	}
	probing.Wait()
}

// lookBack asks for an address's names and where they lead.
func (q *Inquiry) lookBack(ctx context.Context, p *pending, forward *resolve.Answer) {
	began := time.Now()
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
		if i == len(names)-1 { // most addresses have one name: it needs no goroutine
			lookUp(i, n)
			continue
		}
		wg.Go(func() { lookUp(i, n) })
	}
	wg.Wait()
	q.mu.Lock()
	p.facts.CutShort = false
	q.timings.Reverse = max(q.timings.Reverse, seconds(time.Since(began)))
	q.mu.Unlock()
	if q.policy.Thorough {
		q.gatherThorough(ctx, p)
	}
}

// names asks for an address's names, and chooses those that are looked at. text
// is what a hosts file calls its one.
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

// probe looks behind one address.
func (q *Inquiry) probe(ctx context.Context, p *pending) {
	found := q.ask.Prober.Probe(ctx, q.ask.Target, netip.AddrPortFrom(p.addr, q.ask.Target.Port))
	q.mu.Lock()
	defer q.mu.Unlock()
	p.facts.Probe = &found
	q.timings.Connect = max(q.timings.Connect, seconds(found.Connecting))
	q.timings.Identify = max(q.timings.Identify, seconds(found.Identifying))
	q.timings.HostKeys = max(q.timings.HostKeys, seconds(found.KeyFetching))
}

// askFingerprints looks up the SSHFP records of the host, as ssh does: of its
// name without the search list, never of an address or of HostKeyAlias.
func (q *Inquiry) askFingerprints(ctx context.Context) {
	name := q.ask.Target.host.name
	if name == "" {
		return
	}
	a := q.resolver.Fingerprints(ctx, name)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.sshfp = a
}

// lookUp asks where one PTR name leads. The name that just gave this address
// needs no second question: its answer is here.
func (q *Inquiry) lookUp(ctx context.Context, p PTRFacts, a netip.Addr, forward *resolve.Answer) resolve.Answer {
	n := p.Name
	switch {
	case p.Text != "":
		return q.resolver.ForwardText(ctx, p.Text, resolve.FamilyOf(a), q.checker.Scope)
	case !lookedUp(p):
		return resolve.Answer{}
	case n == forward.Question.Name && leadsTo(forward.Addrs, a):
		return *forward
	}
	return q.resolver.Forward(ctx, n, resolve.FamilyOf(a), q.checker.Scope)
}

// asSSHD asks where a PTR name leads as the getaddrinfo of an sshd on this machine
// would: by the search list. nil: there it leads where it leads anyway.
func (q *Inquiry) asSSHD(ctx context.Context, p PTRFacts, a netip.Addr) *resolve.Answer {
	if p.Text != "" || !lookedUp(p) || !q.resolver.SearchMatters(p.Name, p.Forward.Status) {
		return nil
	}
	found := q.resolver.Search(ctx, p.Name, resolve.FamilyOf(a), q.checker.Scope)
	if ctx.Err() != nil && found.Status.Temporary() {
		return nil // that is our time, not sshd's
	}
	return &found
}

// gatherThorough asks what only a person wants to know about an address: who could
// set its PTR record, where one is to be wished for.
func (q *Inquiry) gatherThorough(ctx context.Context, p *pending) {
	q.mu.Lock()
	facts := p.facts.clone()
	q.mu.Unlock()
	confirms := func(name PTRFacts) bool { return judgeName(nil, p.lookup, &name).Confirms() }
	if facts.exempt(p.lookup) || !q.policy.RequireName && slices.ContainsFunc(facts.PTRs, confirms) {
		return
	}
	at := resolve.ReverseName(p.lookup)
	if n := len(facts.Reverse.Chain); n > 0 {
		at = facts.Reverse.Chain[n-1] // RFC 2317: the record stands where the CNAME leads
	}
	zone := facts.Reverse.Zone
	if zone == nil && facts.Reverse.Source.Kind == resolve.KindDNS {
		zone = q.resolver.Zone(ctx, at)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	p.facts.ReverseZone, p.facts.PTROwner = zone, at
}

// selectNames chooses the PTR names that are looked at: those that equal a name
// that was asked for first, then in bytewise order, so that the choice does not
// depend on how a server rotates the set.
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
