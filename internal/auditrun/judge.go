package auditrun

import (
	"context"
	"iter"
	"net/netip"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/limits"
)

// Judge looks up again what the log's clients are called. It is polite: each client once,
// a few at a time for each network, and no network whose DNS servers are down is asked
// more than a few times.
type Judge struct {
	// Check looks up one client: Survey.CheckClient, so that an audit and 'check --client'
	// never disagree.
	Check func(context.Context, netip.Addr) *check.Result

	Budget time.Duration // for all of them; 0: no limit
	Jobs   int           // how many are looked up at once; 0: limits.Jobs
}

// How many clients of one network, a /24 or a /48, are looked up at once, and after how
// many without any answer the network's DNS servers count as down.
const (
	perNetwork = 16
	deadAfter  = 3
)

// All looks up the clients, in this order as far as possible, and yields each result as it
// comes: one for each client that was looked up, and one for each that was not because its
// network's DNS servers are down (check.Undetermined). When the budget is used up, or the
// context ends, the rest is left out.
func (j *Judge) All(ctx context.Context, clients []netip.Addr) iter.Seq2[netip.Addr, *check.Result] {
	return func(yield func(netip.Addr, *check.Result) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		if j.Budget > 0 {
			var done context.CancelFunc
			ctx, done = context.WithTimeout(ctx, j.Budget)
			defer done()
		}
		r := &round{
			check: j.Check, jobs: j.Jobs, queue: once(clients), networks: map[netip.Prefix]*network{},
			answers: make(chan answer),
		}
		if r.jobs <= 0 {
			r.jobs = limits.Jobs
		}
		r.run(ctx, yield)
		cancel()
		for ; r.running > 0; r.running-- {
			<-r.answers
		}
	}
}

// once drops repeated clients.
func once(clients []netip.Addr) []netip.Addr {
	seen := make(map[netip.Addr]bool, len(clients))
	var all []netip.Addr
	for _, a := range clients {
		if !seen[a] {
			seen[a] = true
			all = append(all, a)
		}
	}
	return all
}

// round is one run of Judge.All. One goroutine decides who is asked next, so nothing in it
// needs a lock.
type round struct {
	check    func(context.Context, netip.Addr) *check.Result
	jobs     int
	queue    []netip.Addr // in the order of the caller
	ready    []netip.Addr // those that had to wait, and come first
	networks map[netip.Prefix]*network
	answers  chan answer
	running  int
}

type answer struct {
	client netip.Addr
	result *check.Result
}

// network is what is known of the DNS servers behind a network's reverse zone.
type network struct {
	answered bool // at least one client got an answer
	silent   int  // how many did not
	running  int
	waiting  []netip.Addr
}

// room is how many more clients of the network may be asked now.
func (n *network) room() int {
	if n.answered {
		return perNetwork - n.running
	}
	return deadAfter - n.running - n.silent
}

// dead reports whether the network's DNS servers count as down.
func (n *network) dead() bool { return !n.answered && n.silent >= deadAfter }

func (r *round) run(ctx context.Context, yield func(netip.Addr, *check.Result) bool) {
	for ctx.Err() == nil {
		for r.running < r.jobs {
			a, ok := r.next()
			if !ok {
				break
			}
			switch n := r.networkOf(a); {
			case n.dead():
				if !yield(a, check.UnaskedClient(a)) {
					return
				}
			case n.room() <= 0:
				n.waiting = append(n.waiting, a)
			default:
				n.running++
				r.running++
				go func() { r.answers <- answer{a, r.check(ctx, a)} }()
			}
		}
		if r.running == 0 {
			return // whoever waits, waits for one that runs
		}
		got := <-r.answers
		r.learn(got)
		if ctx.Err() != nil && got.result.Verdict == check.Undetermined {
			return // perhaps only because the lookups were given up
		}
		if !yield(got.client, got.result) {
			return
		}
	}
}

// next takes the next client from the queues.
func (r *round) next() (a netip.Addr, ok bool) {
	from := &r.ready
	if len(*from) == 0 {
		from = &r.queue
	}
	if len(*from) == 0 {
		return a, false
	}
	a, *from = (*from)[0], (*from)[1:]
	return a, true
}

// learn notes whether the network of a client answers, and queues those that wait for it.
func (r *round) learn(got answer) {
	r.running--
	n := r.networkOf(got.client)
	n.running--
	if silent(got.result) {
		n.silent++
	} else {
		n.answered = true
	}
	first := len(n.waiting)
	if !n.dead() {
		first = min(first, n.room())
	}
	r.ready = append(r.ready, n.waiting[:first]...)
	n.waiting = n.waiting[first:]
}

// silent reports whether the servers of the client's reverse zone gave no answer that
// decides anything.
func silent(r *check.Result) bool {
	return r.Verdict == check.Undetermined && (len(r.Addresses) == 0 || r.Addresses[0].Reverse.Status.Temporary())
}

func (r *round) networkOf(a netip.Addr) *network {
	bits := 24
	if a.Is6() {
		bits = 48
	}
	key, _ := a.WithZone("").Prefix(bits)
	n := r.networks[key]
	if n == nil {
		n = &network{}
		r.networks[key] = n
	}
	return n
}
