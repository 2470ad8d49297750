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

// Checker asks about targets. A zero Checker asks as the system would and
// judges by design's table. It is safe for many goroutines.
type Checker struct {
	Resolver  *resolve.Resolver // if nil, a zero one
	Policy    Policy            //
	Family    resolve.Family    // ask for one family's addresses only
	Scope     resolve.Scope     //
	Client    *Client           // who on this machine would notice a mapping that is off; if nil, it is not said
	Compare   *resolve.Resolver // a second resolver, whose answers are compared; if nil, none
	Prober    Prober            // looks behind each address; if nil, DNS only
	Timeout   time.Duration     // of the look-ups, not of probing; if 0, the context's alone
	HostsPath string            // the hosts file that a suggested line is for; if empty, none is suggested

	// ForwardOnly asks for addresses alone: nothing is checked, every verdict is undetermined.
	ForwardOnly bool

	// Thorough also asks what a person wants to know but a login should not wait
	// for: who keeps the reverse zone, and what libc's search list makes of a name.
	Thorough bool
}

// Inquiry is one target being asked about: one resolution, which feeds whoever
// dials and whoever judges, so the addresses that are judged are those that are
// dialled. The relay, check and everything else go through it.
//
// Its methods may be called at any time, in any order, by several goroutines.
type Inquiry struct {
	checker  *Checker
	resolver *resolve.Resolver
	budget   *resolve.Budget
	target   Target

	mu        sync.Mutex
	news      chan struct{} // closed, and replaced, when anything below changes that is waited for
	started   time.Time
	timings   Timings
	forward   []resolve.Answer
	order     []*pending // in the order of arrival
	resolved  bool       // every family has answered
	nameCut   bool       // the context ended before that
	viewsDone bool       // whoever else is asked about the target has answered
	viewsCut  bool       // the context ended before that
	cut       bool       // the time for the target was over first
	dropped   int        // addresses beyond limits.Addresses
	sshfp     resolve.Answer
	views     []View
}

// pending is one address whose facts are being gathered; Inquiry.mu guards it.
type pending struct {
	addr  netip.Addr
	done  bool         // the facts are complete
	facts AddressFacts // grows while they are gathered
}

// Begin starts to look up the target and, beside that, to check each address
// as it comes. It returns at once. Everything ends with ctx.
func (c *Checker) Begin(ctx context.Context, t Target) *Inquiry {
	q := c.newInquiry(t)
	go q.run(ctx)
	return q
}

// Check asks about the target, waits for every answer, and judges. What ctx
// ended says so in the judgement.
func (c *Checker) Check(ctx context.Context, t Target) *Result {
	q := c.newInquiry(t)
	q.run(ctx)
	q.mu.Lock()
	q.cut = errors.Is(ctx.Err(), context.DeadlineExceeded)
	q.mu.Unlock()
	r, _ := q.Wait(ctx, Now)
	return r
}

// newInquiry is an inquiry that has not begun.
func (c *Checker) newInquiry(t Target) *Inquiry {
	q := &Inquiry{
		checker:  c,
		resolver: c.Resolver,
		budget:   resolve.NewBudget(limits.Questions, limits.QuestionsAtOnce),
		target:   t,
		news:     make(chan struct{}),
		started:  time.Now(),
		forward:  make([]resolve.Answer, 0, 2), // one a family
	}
	if q.resolver == nil {
		q.resolver = &resolve.Resolver{}
	}
	return q
}

// run does all the work, and returns when it is done.
func (q *Inquiry) run(ctx context.Context) {
	lookups := q.budget.Context(ctx)
	if q.checker.Timeout > 0 {
		limited, cancel := context.WithTimeout(lookups, q.checker.Timeout)
		defer cancel()
		lookups = limited
	}
	var checks sync.WaitGroup
	q.resolve(ctx, lookups, &checks)
	checks.Wait()
}

// Addresses yields each address as it is learnt, once.
func (q *Inquiry) Addresses() iter.Seq[netip.AddrPort] {
	return func(yield func(netip.AddrPort) bool) {
		for i := 0; ; i++ {
			a, ok := q.arrival(i)
			if !ok || !yield(netip.AddrPortFrom(a, q.target.Port)) {
				return
			}
		}
	}
}

// arrival waits for the i-th address; false: there are no more.
func (q *Inquiry) arrival(i int) (netip.Addr, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i >= len(q.order) {
		if q.resolved {
			return netip.Addr{}, false
		}
		q.next(context.Background()) // resolve ends with its own context
	}
	return q.order[i].addr, true
}

// resolve learns the addresses and sets each one's check going. Look-ups end with
// the second context, all else with the first.
func (q *Inquiry) resolve(ctx, lookups context.Context, checks *sync.WaitGroup) {
	var vouching sync.WaitGroup
	if c := q.checker; c.Prober != nil {
		vouching.Go(func() { q.askFingerprints(lookups) })
	}
	for ans := range q.resolver.Addresses(lookups, q.target.Host, q.checker.Family, q.checker.Scope) {
		for _, p := range q.arrived(ans) {
			checks.Go(func() { q.check(ctx, lookups, p, &ans) })
		}
	}
	q.update(func() { // what follows is for judgement alone, and nobody who dials waits for it
		q.resolved, q.nameCut = true, ctx.Err() != nil
	})
	if !q.checker.ForwardOnly && (q.checker.Thorough || q.isPinned()) {
		q.addViews(lookups)
	}
	vouching.Wait()
	q.update(func() { q.viewsDone, q.viewsCut = true, ctx.Err() != nil })
}

// arrived notes an answer, and gives the addresses in it that are to be checked.
func (q *Inquiry) arrived(ans resolve.Answer) (fresh []*pending) {
	q.update(func() {
		q.forward = append(q.forward, ans)
		q.timings.Resolve = time.Since(q.started)
		for _, a := range ans.Addrs {
			switch {
			case q.find(a) != nil:
			case len(q.order) == limits.Addresses:
				q.dropped++
			default:
				p := &pending{addr: a, done: q.checker.ForwardOnly, facts: AddressFacts{Addr: a, Source: ans.Source, CutShort: true}}
				q.order, fresh = append(q.order, p), append(fresh, p)
			}
		}
	})
	if q.checker.ForwardOnly {
		return nil
	}
	return fresh
}

// isPinned reports whether an address is from a hosts line that rdnsproxy has written.
func (q *Inquiry) isPinned() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return pinned(q.forward)
}

// find wants q.mu.
func (q *Inquiry) find(a netip.Addr) *pending {
	for _, p := range q.order {
		if p.addr == a {
			return p
		}
	}
	return nil
}

// snapshot copies the facts as they stand. It wants q.mu.
func (q *Inquiry) snapshot() Facts {
	f := Facts{
		Target:    q.target,
		Forward:   slices.Clone(q.forward),
		HostsPath: q.checker.HostsPath,
		Dropped:   q.dropped,
		Cut:       q.cut,
		NameCut:   q.nameCut,
		Exhausted: q.budget.Spent(),
		SSHFP:     q.sshfp,
		Views:     slices.Clone(q.views),
		Thorough:  q.checker.Thorough,
		Client:    q.checker.Client,
		Timings:   q.timings,
		Taken:     time.Now(),
		Pending:   !q.resolved,
		Addresses: make([]AddressFacts, 0, len(q.order)),
	}
	for _, p := range q.order {
		f.Addresses = append(f.Addresses, p.facts.clone())
	}
	// Which family answers first is chance; nothing that is shown may depend on it.
	slices.SortStableFunc(f.Forward, func(x, y resolve.Answer) int { return int(x.Question.Type) - int(y.Question.Type) })
	slices.SortStableFunc(f.Addresses, func(x, y AddressFacts) int { return x.Addr.Unmap().BitLen() - y.Addr.Unmap().BitLen() })
	return f
}

// clone copies what grows while facts are gathered.
func (a AddressFacts) clone() AddressFacts {
	a.PTRs = slices.Clone(a.PTRs)
	return a
}
