package dial

import (
	"cmp"
	"context"
	"iter"
	"net"
	"net/netip"
	"slices"
	"time"
)

// race is the state of one Race. Only the goroutine that runs round uses it; attempts
// and the iterator report over channels.
type race struct {
	dialer   *Dialer
	from     sources
	order    *order
	given    []netip.AddrPort // of this round, in the order of arrival
	queue    []netip.AddrPort // waiting; in order unless unsorted
	unsorted bool
	lastIs6  bool // the family that was started last; see next
	started  bool
	flying   []netip.AddrPort // being tried
	failures []Failure        // of this round, and Accept's refusals in earlier rounds, as they happened
}

// landing is how an attempt ended: with a connection or an error.
type landing struct {
	addr netip.AddrPort
	conn net.Conn
	err  error
}

func newRace(d *Dialer, from sources) *race {
	return &race{dialer: d, from: from, order: newOrder(from)}
}

// round tries every address once and returns the landing that won. Without a
// connection, all have failed or the context has ended.
func (r *race) round(ctx context.Context, addrs iter.Seq[netip.AddrPort]) landing {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // losers and the iterator's goroutine end with the round
	r.given, r.queue, r.flying, r.started = nil, nil, nil, false
	r.failures = slices.DeleteFunc(r.failures, func(f Failure) bool { return f.Reason != Rejected }) // those are final

	landed := make(chan landing)
	arrivals := r.gather(ctx, arrive(ctx, addrs))
	delay := cmp.Or(r.dialer.Stagger, stagger)
	turn := time.NewTimer(delay) // fires when the next attempt may start beside others
	defer turn.Stop()
	due := true
	for {
		if len(r.queue) > 0 && (due || len(r.flying) == 0) {
			a := r.next()
			r.flying = append(r.flying, a)
			go r.attempt(ctx, a, landed)
			due = false
			turn.Reset(delay)
		}
		if len(r.queue) == 0 && len(r.flying) == 0 && arrivals == nil {
			return landing{}
		}
		select {
		case a, open := <-arrivals:
			if !open {
				arrivals = nil
				continue
			}
			r.add(a)
		case l := <-landed:
			if l.conn != nil {
				return l
			}
			r.flying = slices.DeleteFunc(r.flying, func(a netip.AddrPort) bool { return a == l.addr })
			r.failures = append(r.failures, l.failure())
			due = true // after a failure the next attempt starts at once (RFC 8305, section 5)
		case <-turn.C:
			due = true
		case <-ctx.Done():
			return landing{}
		}
	}
}

// attempt dials and asks Accept. If another attempt has won or the context has ended,
// the connection is closed.
func (r *race) attempt(ctx context.Context, a netip.AddrPort, landed chan<- landing) {
	c, err := r.dialer.connect(ctx, a, r.from)
	if accept := r.dialer.Accept; err == nil && accept != nil {
		if no := accept(ctx, a); no != nil {
			c.Close()
			c, err = nil, no
			if ctx.Err() == nil { // else the error is from the end of the race
				err = rejection{no}
			}
		}
	}
	select {
	case landed <- landing{a, c, err}:
	case <-ctx.Done():
		if c != nil {
			c.Close()
		}
	}
}

// arrive runs the iterator beside the race. The channel closes at its end.
func arrive(ctx context.Context, addrs iter.Seq[netip.AddrPort]) <-chan netip.AddrPort {
	arrivals := make(chan netip.AddrPort)
	go func() {
		defer close(arrivals)
		for a := range addrs {
			select {
			case arrivals <- a:
			case <-ctx.Done():
				return
			}
		}
	}()
	return arrivals
}

// gather waits until the race can start: an IPv6 address has come and waited for the
// rest of its answer, or the IPv4 addresses have waited for ResolutionDelay, or all
// addresses have come. It returns the channel, or nil if that is closed.
func (r *race) gather(ctx context.Context, arrivals <-chan netip.AddrPort) <-chan netip.AddrPort {
	delay := cmp.Or(r.dialer.ResolutionDelay, resolutionDelay)
	var wait <-chan time.Time // nil until the first address: only the context ends that wait
	seen6 := false
	for {
		select {
		case a, open := <-arrivals:
			if !open {
				return nil
			}
			r.add(a)
			switch {
			case is6(a) && !seen6 && !r.order.afterIPv4(a.Addr()):
				seen6, wait = true, time.After(min(settle, delay))
			case wait == nil:
				wait = time.After(delay)
			}
		case <-wait:
			return arrivals
		case <-ctx.Done():
			return arrivals
		}
	}
}

// add queues an address unless it has come before.
func (r *race) add(a netip.AddrPort) {
	if slices.Contains(r.given, a) {
		return
	}
	r.given = append(r.given, a)
	r.queue = append(r.queue, a)
	r.unsorted = len(r.queue) > 1
}

// next takes the best address of the family whose turn it is, or the best of all if
// there is none (RFC 8305, section 4, with a First Address Family Count of one).
func (r *race) next() netip.AddrPort {
	if r.unsorted {
		r.order.sort(r.queue)
		r.unsorted = false
	}
	i := 0
	if r.started {
		i = max(0, slices.IndexFunc(r.queue, func(a netip.AddrPort) bool { return is6(a) != r.lastIs6 }))
	}
	a := r.queue[i]
	r.queue = slices.Delete(r.queue, i, i+1)
	r.started, r.lastIs6 = true, is6(a)
	return a
}

// is6 reports whether the connection goes over IPv6.
func is6(a netip.AddrPort) bool { return a.IsValid() && a.Addr().Unmap().Is6() }
