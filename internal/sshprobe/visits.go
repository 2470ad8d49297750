package sshprobe

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/check"
)

// Visits are the connections of one run. Targets with the same address and port share
// what the first of them has seen. One connection at a time is made to an address and
// port, because sshd counts those that have not logged in (sshd_config(5),
// MaxStartups), and none after a server has turned this machine away. A zero Visits is
// ready to use. It is safe for many goroutines.
//
// The turn goes by address and port, not by address alone: the ports of one address are
// different servers, often behind one gateway, and a dead one must not delay the
// others.
type Visits struct {
	// Contacts bounds how many connections are made within seconds, also by other
	// processes. If nil, there is no bound.
	Contacts Contacts

	// Waiting is called before a connection waits for Contacts. It waits at least that
	// long, and longer if others come first. If nil, nothing is called.
	Waiting func(a netip.AddrPort, wait time.Duration)

	// Patience bounds each wait for Contacts: a connection that would have to wait longer
	// is not made. If 0, only the target's context bounds it.
	Patience time.Duration

	// Forget is for a process that probes again and again: an endpoint is forgotten when
	// nobody is there or waits, so a Probe shares only what those saw that it waited for.
	Forget bool

	mu        sync.Mutex
	endpoints map[netip.AddrPort]*endpoint
	offers    map[string]*offer // many servers of a run have the same lists
	closing   int               // connections that are being closed
	idle      chan struct{}     // closed when the last one is; nil if nobody waits for that
}

// Contacts counts connections to an address and port; internal/penalty has one.
type Contacts interface {
	Reserve(name string, a netip.AddrPort) (wait time.Duration) // counts one more, or says how long to wait before asking again
	Refund(name string, a netip.AddrPort)                       // takes one back: it reached no server
	Shown(name string, a netip.AddrPort, fingerprint string)    // the server showed this host key, SHA256:…
}

// Wait returns when no connection is open. It is for the end of a run.
func (v *Visits) Wait() {
	v.mu.Lock()
	if v.closing == 0 {
		v.mu.Unlock()
		return
	}
	if v.idle == nil {
		v.idle = make(chan struct{})
	}
	idle := v.idle
	v.mu.Unlock()
	<-idle
}

// inBackground runs the slow end of a visit, for which only the next visitor and Wait
// have to wait.
func (v *Visits) inBackground(run func()) {
	v.mu.Lock()
	v.closing++
	v.mu.Unlock()
	go func() {
		run()
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.closing--; v.closing == 0 && v.idle != nil {
			close(v.idle)
			v.idle = nil
		}
	}()
}

// endpoint is an address and port. One visitor at a time has the turn, and with it the
// other fields.
type endpoint struct {
	turn       chan struct{}
	visitors   int            // there or waiting; Visits.mu guards it
	observed   []*observation // one for each local address and interface
	turnedAway *observation   // the refusal, once the server has turned this machine away
}

// enter waits for the turn at an endpoint; false if ctx ends first.
func (v *Visits) enter(ctx context.Context, a netip.AddrPort) (*endpoint, bool) {
	a = netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
	v.mu.Lock()
	d := v.endpoints[a]
	if d == nil {
		d = &endpoint{turn: make(chan struct{}, 1)}
		if v.endpoints == nil {
			v.endpoints = make(map[netip.AddrPort]*endpoint)
		}
		v.endpoints[a] = d
	}
	d.visitors++
	v.mu.Unlock()
	select {
	case d.turn <- struct{}{}:
		return d, true
	case <-ctx.Done():
		v.leave(a, d)
		return nil, false
	}
}

// leave is the end of a visit, or of the wait for one.
func (v *Visits) leave(a netip.AddrPort, d *endpoint) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if d.visitors--; d.visitors == 0 && v.Forget {
		delete(v.endpoints, netip.AddrPortFrom(a.Addr().Unmap(), a.Port()))
	}
}

// reserve waits until one more connection may be made. If ctx or Patience does not
// allow for the wait, held is how long it would have been.
func (v *Visits) reserve(ctx context.Context, name string, a netip.AddrPort) (held time.Duration, err error) {
	reported := false
	for v.Contacts != nil {
		wait := v.Contacts.Reserve(name, a)
		if wait == 0 {
			break
		}
		if end, limited := ctx.Deadline(); limited && time.Until(end) <= wait || v.Patience > 0 && wait > v.Patience {
			return wait, nil
		}
		if v.Waiting != nil && !reported {
			v.Waiting(a, wait)
			reported = true
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return 0, nil
}

func (v *Visits) refund(name string, a netip.AddrPort) {
	if v.Contacts != nil {
		v.Contacts.Refund(name, a)
	}
}

// shown has Contacts remember the key, by which it recognises a server at another
// address.
func (v *Visits) shown(name string, a netip.AddrPort, key ssh.PublicKey) {
	if v.Contacts != nil {
		v.Contacts.Shown(name, a, ssh.FingerprintSHA256(plain(key)))
	}
}

// shared returns one offer for all servers that make the same one, to save memory.
func (v *Visits) shared(o *offer) *offer {
	if v.Forget {
		return o
	}
	key := fmt.Sprint(o.lists())
	v.mu.Lock()
	defer v.mu.Unlock()
	if same := v.offers[key]; same != nil {
		return same
	}
	if v.offers == nil {
		v.offers = make(map[string]*offer)
	}
	v.offers[key] = o
	return o
}

// visit is the probing of one endpoint for one target.
type visit struct {
	*Prober
	visits   *Visits
	endpoint *endpoint
	addr     netip.AddrPort
	name     string // the target's host
	closing  sync.WaitGroup
}

// observation is what was seen of the endpoint before, if that is good enough for the
// target, or what a new connection shows. algorithms is called once the server has
// identified itself, and says by which a key is asked for.
func (v *visit) observation(ctx context.Context, algorithms func() []string) *observation {
	from := fmt.Sprint(v.Dialer.Bind, v.Dialer.Interface, v.Dialer.Connect != nil)
	same := func(s *observation) bool { return s.from == from }
	i := slices.IndexFunc(v.endpoint.observed, same)
	if i >= 0 && v.endpoint.observed[i].reusableFor(v.Prober) {
		return v.endpoint.observed[i]
	}
	s := v.observe(ctx, algorithms)
	s.from = from
	if s.cut == "" && s.held == 0 && !s.unasked && s.connect != check.ConnectExhausted { // these are about the target or this machine
		v.endpoint.observed = append(slices.DeleteFunc(v.endpoint.observed, same), s)
	}
	return s
}

// limits bound the phases.
func (p *Prober) limits() (connect, identification, handshake time.Duration) {
	return cmp.Or(p.Dialer.Timeout, patience), cmp.Or(p.Identification, patience), cmp.Or(p.Handshake, patience)
}

// reusableFor reports whether an observation is good enough for a target: it is not
// older than Since, and if it ran into a limit, the target's own is not longer.
func (s *observation) reusableFor(p *Prober) bool {
	connect, identification, handshake := p.limits()
	return !s.began.Before(p.Since) && (!s.late || connect <= s.limits[0] && identification <= s.limits[1] && handshake <= s.limits[2])
}
