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
type Inquiry struct {
	checker  *Checker
	resolver *resolve.Resolver
	budget   *resolve.Budget
	target   Target
	resolved chan struct{} // closed when every family has answered
	told     chan struct{} // closed when whoever else is asked about the target has answered

	mu      sync.Mutex
	came    sync.Cond // another address, or resolved
	started time.Time
	timings Timings
	forward []resolve.Answer
	order   []*pending // in the order of arrival
	cut     bool       // the context's time was over first
	nameCut bool       // before every family had answered
	dropped int        // addresses beyond limits.Addresses
	sshfp   resolve.Answer
	views   []View
}

// pending is one address whose facts are being gathered.
type pending struct {
	addr netip.Addr
	done chan struct{} // closed when facts are complete

	facts AddressFacts // guarded by Inquiry.mu; grows while they are gathered
}

// Begin starts to look up the target and, beside that, to check each address
// as it comes. It returns at once. Everything ends with ctx.
func (c *Checker) Begin(ctx context.Context, t Target) *Inquiry {
	q := c.about(t)
	go q.run(ctx)
	return q
}

// Check asks about the target, waits for every answer, and judges. What ctx
// ended says so in the judgement.
func (c *Checker) Check(ctx context.Context, t Target) *Result {
	q := c.about(t)
	q.run(ctx)
	q.mu.Lock()
	q.cut = errors.Is(ctx.Err(), context.DeadlineExceeded)
	q.mu.Unlock()
	return q.Now()
}

// about is an inquiry that has not begun.
func (c *Checker) about(t Target) *Inquiry {
	q := &Inquiry{
		checker:  c,
		resolver: c.Resolver,
		budget:   resolve.NewBudget(limits.Questions, limits.QuestionsAtOnce),
		target:   t,
		resolved: make(chan struct{}),
		told:     make(chan struct{}),
		started:  time.Now(),
		forward:  make([]resolve.Answer, 0, 2), // one a family
	}
	q.came.L = &q.mu
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
		if closed(q.resolved) {
			return netip.Addr{}, false
		}
		q.came.Wait()
	}
	return q.order[i].addr, true
}

// Judge waits for the facts about a, but no longer than ctx, and judges what is
// known then. complete reports that the facts about a were all in.
func (q *Inquiry) Judge(ctx context.Context, a netip.Addr) (r *Result, complete bool) {
	complete = q.wait(ctx, q.address(a))
	return Judge(q.snapshot(), q.checker.Policy), complete
}

// Pinned reports whether the addresses are from a hosts line that rdnsproxy has
// written. It is known once there are addresses.
func (q *Inquiry) Pinned() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.ContainsFunc(q.forward, func(a resolve.Answer) bool { return len(a.Pins) > 0 })
}

// WithDNS judges a target that is Pinned once DNS has said what it says today of
// the name, or when ctx ends; then known is false. Nobody dials what DNS says.
func (q *Inquiry) WithDNS(ctx context.Context) (r *Result, known bool) {
	known = q.wait(ctx, q.told)
	return Judge(q.snapshot(), q.checker.Policy), known
}

// All is Judge for the target with all its addresses: advice is about all of them.
func (q *Inquiry) All(ctx context.Context) (r *Result, complete bool) {
	complete = q.wait(ctx, q.resolved) && q.wait(ctx, q.everything()...)
	return Judge(q.snapshot(), q.checker.Policy), complete
}

// Now judges what is known at this moment.
func (q *Inquiry) Now() *Result { return Judge(q.snapshot(), q.checker.Policy) }

// resolve learns the addresses and sets each one's check going. Look-ups end with
// the second context, all else with the first.
func (q *Inquiry) resolve(ctx, lookups context.Context, checks *sync.WaitGroup) {
	var vouching sync.WaitGroup
	if c := q.checker; c.Prober != nil {
		vouching.Go(func() { q.askFingerprints(lookups) })
	}
	defer close(q.told)
	defer vouching.Wait()
	for ans := range q.resolver.Addresses(lookups, q.target.Host, q.checker.Family, q.checker.Scope) {
		var fresh []*pending
		q.mu.Lock()
		q.forward = append(q.forward, ans)
		for _, a := range ans.Addrs {
			switch {
			case q.find(a) != nil:
			case len(q.order) == limits.Addresses:
				q.dropped++
			default:
				p := &pending{addr: a, done: make(chan struct{}), facts: AddressFacts{Addr: a, Source: ans.Source, CutShort: true}}
				q.order = append(q.order, p)
				fresh = append(fresh, p)
			}
		}
		q.timings.Resolve = time.Since(q.started)
		q.mu.Unlock()
		q.came.Broadcast()
		for _, p := range fresh {
			if q.checker.ForwardOnly {
				close(p.done)
			} else {
				checks.Go(func() { q.check(ctx, lookups, p, &ans) })
			}
		}
	}
	q.mu.Lock()
	q.nameCut = ctx.Err() != nil
	close(q.resolved) // what follows is for judgement alone, and nobody who dials waits for it
	q.mu.Unlock()
	q.came.Broadcast()
	if !q.checker.ForwardOnly && (q.checker.Thorough || q.Pinned()) {
		q.addViews(lookups)
	}
}

// address returns what to wait for to know all about a.
func (q *Inquiry) address(a netip.Addr) <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	if p := q.find(a); p != nil {
		return p.done
	}
	return q.resolved
}

// everything returns what to wait for to know all that is known by now to exist.
func (q *Inquiry) everything() []<-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	all := []<-chan struct{}{q.told}
	for _, p := range q.order {
		all = append(all, p.done)
	}
	return all
}

// wait reports whether all of chans were closed before ctx ended.
func (q *Inquiry) wait(ctx context.Context, chans ...<-chan struct{}) bool {
	for _, c := range chans {
		select {
		case <-c:
		default:
			select {
			case <-c:
			case <-ctx.Done():
				return false
			}
		}
	}
	return true
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

// snapshot copies the facts as they stand.
func (q *Inquiry) snapshot() Facts {
	q.mu.Lock()
	defer q.mu.Unlock()
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
		Pending:   !closed(q.resolved),
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

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// clone copies what grows while facts are gathered.
func (a AddressFacts) clone() AddressFacts {
	a.PTRs = slices.Clone(a.PTRs)
	return a
}
