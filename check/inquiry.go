package check

import (
	"context"
	"errors"
	"iter"
	"net/netip"
	"slices"
	"sync"
	"time"

	"rdnsproxy/limits"
	"rdnsproxy/resolve"
)

// Checker checks targets. A zero Checker looks names up as the system does and
// judges by the table of verdicts. It is safe for concurrent use.
type Checker struct {
	Resolver *resolve.Resolver // if nil, a zero one
	Compare  *resolve.Resolver // a second resolver, to compare the answers with; if nil, none
	Scope    resolve.Scope     // the sources of all lookups, but for those of Compare
	Timeout  time.Duration     // of the lookups, not of probing; if 0, only the context limits them
	Policy   Policy            // of all targets

	// Recall returns what DNS has answered lately about an address, as it is dialled, and about
	// its names (Inquiry.Reverse, then); these are not asked again by an Inquiry that was
	// begun. What was answered about the host itself is not used. If nil, nothing is known.
	Recall func(netip.Addr) []*resolve.Answer

	// ForwardOnly looks up the addresses and nothing else. Every verdict is Undetermined.
	ForwardOnly bool
}

// Ask is what a Checker is asked: a target, and what differs from target to target.
type Ask struct {
	Target Target
	Family resolve.Family // look up the addresses of one family only
	Prober Prober         // connects to each address; if nil, only lookups are made
	Client *Client        // if not nil, instead of Policy.Client
}

// Inquiry is the work on one target. It resolves the name once, for the caller that
// dials and for the judge, so the addresses that are judged are those that are dialled.
//
// Its methods may be called at any time, in any order, from several goroutines.
type Inquiry struct {
	checker  *Checker
	resolver *resolve.Resolver
	policy   Policy
	budget   *resolve.Budget
	ask      Ask
	ahead    *ahead // what was asked ahead; nil if nothing was

	mu        sync.Mutex
	news      chan struct{} // closed when a change below may end a wait; nil if nobody waits
	started   time.Time
	timings   Phases
	forward   []resolve.Answer
	order     []*pending      // in the order of arrival
	resolved  bool            // every family has answered
	nameCut   bool            // the context ended before that
	viewsDone bool            // DNS, the second resolver and the SSHFP lookup have answered, where they are asked
	viewsCut  bool            // the context ended before that
	cut       bool            // Check ran out of time
	dropped   int             // addresses beyond limits.Addresses
	beside    bool            // the name has addresses that were not asked about
	sshfp     *resolve.Answer // nil if nobody asked
	views     []View
	expanded  []Expansion // names that Kerberos looks up beside the host's
}

// pending is one address whose facts are being gathered; Inquiry.mu guards it.
type pending struct {
	addr   netip.Addr
	lookup netip.Addr   // what is looked up for it: lookupAddr
	done   bool         // the facts are complete
	facts  AddressFacts // grows while they are gathered
}

// Begin starts to look up the target, and to check each address as it arrives. It
// returns at once. All work ends with ctx.
func (c *Checker) Begin(ctx context.Context, a Ask) *Inquiry {
	q := c.newInquiry(nil, a)
	go q.run(ctx)
	return q
}

// Check checks the target and waits for every answer. If the deadline of ctx comes first,
// the Result says what is missing (TargetCutShort). If ctx is cancelled, the Result says
// only that (Unfinished).
func (c *Checker) Check(ctx context.Context, a Ask) *Result {
	q := c.newInquiry(aheadOf(ctx, c, &a), a)
	q.run(ctx)
	if errors.Is(ctx.Err(), context.Canceled) {
		return Unfinished(a.Target)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.cut = errors.Is(ctx.Err(), context.DeadlineExceeded)
	return Judge(q.facts(false), q.policy)
}

// newInquiry returns an inquiry that has not started yet, and for which h was asked ahead.
func (c *Checker) newInquiry(h *ahead, a Ask) *Inquiry {
	q := &Inquiry{
		checker:  c,
		resolver: c.Resolver,
		budget:   resolve.NewBudget(limits.Questions-h.questions(), limits.QuestionsAtOnce),
		ahead:    h,
		ask:      a,
		policy:   c.Policy,
		started:  time.Now(),
		forward:  make([]resolve.Answer, 0, 2), // one a family
	}
	q.ask.Target.parse()
	if a.Client != nil {
		q.policy.Client = a.Client
	}
	if q.resolver == nil {
		q.resolver = &resolve.Resolver{}
	}
	return q
}

// run does all the work, and returns when it is done.
func (q *Inquiry) run(ctx context.Context) {
	lookups := q.budget.Context(ctx)
	limit := q.checker.Timeout
	if limit > 0 && (q.ahead == nil || q.resolver.Paced()) {
		limited, cancel := q.resolver.WithTimeout(lookups, limit)
		defer cancel()
		lookups, limit = limited, 0
	}
	if q.ahead != nil {
		held := q.ahead.hold(lookups, limit)
		defer held.Release()
		lookups = held
	}
	var checks sync.WaitGroup
	q.resolve(ctx, lookups, &checks)
	checks.Wait()
	q.expand(lookups)
}

// Addresses yields each address once, as it arrives, with the target's port. It ends when
// every family has answered, or with the context of Begin.
func (q *Inquiry) Addresses() iter.Seq[netip.AddrPort] {
	return func(yield func(netip.AddrPort) bool) {
		for i := 0; ; i++ {
			a, ok := q.arrival(i)
			if !ok || !yield(netip.AddrPortFrom(a, q.ask.Target.Port)) {
				return
			}
		}
	}
}

// arrival waits for the i-th address. It returns false if there are no more.
func (q *Inquiry) arrival(i int) (netip.Addr, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i >= len(q.order) {
		if q.resolved {
			return netip.Addr{}, false
		}
		q.next(context.Background()) // the context of Begin ends the wait
	}
	return q.order[i].addr, true
}

// resolve looks up the addresses and starts the check of each. Lookups end with
// the second context, everything else with the first.
func (q *Inquiry) resolve(ctx, lookups context.Context, checks *sync.WaitGroup) {
	var vouching sync.WaitGroup
	if q.ask.Prober != nil {
		vouching.Go(func() { q.askFingerprints(lookups) })
	}
	for ans := range q.resolver.Addresses(lookups, q.ask.Target.Host, q.ask.Family, q.checker.Scope) {
		fresh, forward := q.arrived(ans, time.Since(q.started)-resolve.HeldBack(lookups))
		for _, p := range fresh {
			if q.ahead.knows() { // then nothing waits
				q.check(ctx, lookups, p, forward)
				continue
			}
			checks.Go(func() { q.check(ctx, lookups, p, forward) })
		}
	}
	if p, ans := q.denied(); p != nil {
		checks.Go(func() { q.check(ctx, lookups, p, &ans) })
	}
	q.update(func() { // a caller that dials does not wait for what follows
		q.resolved, q.nameCut = true, ctx.Err() != nil
	})
	if !q.checker.ForwardOnly && (q.policy.Thorough || q.isPinned()) {
		q.addViews(lookups)
	}
	vouching.Wait()
	q.update(func() { q.viewsDone, q.viewsCut = true, ctx.Err() != nil })
}

// arrived records an answer, and returns the addresses in it that need a check and the
// record, which does not change. took is how long it took.
func (q *Inquiry) arrived(ans resolve.Answer, took time.Duration) (fresh []*pending, recorded *resolve.Answer) {
	q.update(func() {
		q.forward = append(q.forward, ans)
		recorded = &q.forward[len(q.forward)-1]
		q.timings.Resolve = seconds(q.ahead.waited() + took)
		for _, a := range ans.Addrs {
			switch {
			case q.find(a) != nil:
			case !q.ask.Target.wants(a):
				q.beside = true
			case len(q.order) == limits.Addresses:
				q.dropped++
			default:
				p := &pending{
					addr: a, lookup: lookupAddr(a), done: q.checker.ForwardOnly,
					facts: AddressFacts{Addr: a, Source: ans.Source, CutShort: true},
				}
				q.order, fresh = append(q.order, p), append(fresh, p)
			}
		}
	})
	if q.checker.ForwardOnly {
		return nil, recorded
	}
	return fresh, recorded
}

// denied returns the address of a pair that the name turned out not to have, and the
// answer that lacks it: how it resolves is wanted all the same. It returns nil if the
// name has it, or no address at all.
func (q *Inquiry) denied() (p *pending, ans resolve.Answer) {
	q.update(func() {
		if !q.beside || len(q.order) > 0 || q.checker.ForwardOnly {
			return
		}
		only := q.ask.Target.Address
		ans = q.forward[0]
		for _, f := range q.forward {
			if f.Question.Type.Family() == resolve.FamilyOf(only) {
				ans = f
			}
		}
		p = &pending{
			addr: only, lookup: lookupAddr(only),
			facts: AddressFacts{Addr: only, Source: ans.Source, CutShort: true},
		}
		q.order = append(q.order, p)
	})
	return p, ans
}

// isPinned reports whether an address comes from a hosts line that rdnsproxy has written.
func (q *Inquiry) isPinned() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return pinned(q.forward)
}

// find returns the address a, or nil. The caller holds q.mu.
func (q *Inquiry) find(a netip.Addr) *pending {
	for _, p := range q.order {
		if p.addr == a {
			return p
		}
	}
	return nil
}

// facts are the facts as they stand; copied if they still grow. The caller holds q.mu.
func (q *Inquiry) facts(grow bool) Facts {
	forward, views := q.forward, q.views
	if grow {
		forward, views = slices.Clone(forward), slices.Clone(views)
	}
	f := Facts{
		Target:    q.ask.Target,
		Forward:   forward,
		Dropped:   q.dropped,
		Cut:       q.cut,
		NameCut:   q.nameCut,
		Exhausted: q.budget.Spent(),
		Views:     views,
		Expanded:  q.expanded,
		Timings:   q.timings,
		Taken:     time.Now(),
		Pending:   !q.resolved,
		Addresses: make([]AddressFacts, 0, len(q.order)),
	}
	if q.sshfp != nil {
		f.SSHFP = *q.sshfp
	}
	for _, p := range q.order {
		f.Addresses = append(f.Addresses, p.facts)
		if grow {
			last := &f.Addresses[len(f.Addresses)-1]
			last.PTRs = slices.Clone(last.PTRs)
		}
	}
	// Which family answers first is chance, and no output may depend on it.
	slices.SortStableFunc(f.Forward,
		func(x, y resolve.Answer) int { return int(x.Question.Type) - int(y.Question.Type) })
	slices.SortStableFunc(f.Addresses, func(x, y AddressFacts) int {
		return x.Addr.Unmap().BitLen() - y.Addr.Unmap().BitLen()
	})
	return f
}
