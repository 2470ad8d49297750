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

// Visits are the connections of one run, shared by all targets that lead to the
// same address and port: whoever comes second finds there what the first has
// seen. One connection at a time goes to an address and port, for sshd counts
// those that have not logged in (sshd_config(5), MaxStartups), and none any more
// once a server has turned this machine away. A zero Visits is ready to use; it
// is safe for many goroutines.
//
// The bound is not by address alone: ports of one address are different servers,
// often behind one gateway, and a dead one must not hold up the others.
type Visits struct {
	// Contacts bounds how many connections are made within seconds, also by other
	// processes. If nil, there is no bound.
	Contacts Contacts

	// Waiting is told before a connection waits for Contacts, and how long at least:
	// others may come first. If nil, nobody is.
	Waiting func(a netip.AddrPort, wait time.Duration)

	// Patience is how long a connection waits for Contacts at a time; one that would
	// have to wait longer is not made. If 0, as long as the time for its target lasts.
	Patience time.Duration

	mu      sync.Mutex
	doors   map[netip.AddrPort]*door
	offers  map[string]*offer // many servers of a run have the same lists
	leaving int               // visitors who are still taking their leave
	left    chan struct{}     // if somebody waits for it, closed when the last one has
}

// Contacts counts connections to an address and port; internal/penalty has one.
type Contacts interface {
	Reserve(name string, a netip.AddrPort) (wait time.Duration) // one more; or, not counted, how long to wait before asking again
	Refund(name string, a netip.AddrPort)                       // it reached no server
	Shown(name string, a netip.AddrPort, fingerprint string)    // it showed this host key, SHA256:…
}

// Wait returns when no connection is open any more. It is for the end of a run.
func (v *Visits) Wait() {
	v.mu.Lock()
	if v.leaving == 0 {
		v.mu.Unlock()
		return
	}
	if v.left == nil {
		v.left = make(chan struct{})
	}
	left := v.left
	v.mu.Unlock()
	<-left
}

// leave runs what takes its time at the end of a visit, which nobody has to wait
// for but the next visitor and Wait.
func (v *Visits) leave(run func()) {
	v.mu.Lock()
	v.leaving++
	v.mu.Unlock()
	go func() {
		run()
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.leaving--; v.leaving == 0 && v.left != nil {
			close(v.left)
			v.left = nil
		}
	}()
}

// door is an address and port, of which one visitor at a time has the turn. The
// rest is that visitor's.
type door struct {
	turn   chan struct{}
	sights []*sight // one for each place that connections are made from
	away   *sight   // the refusal, once the server has turned this machine away
}

// enter waits for the turn at a door; false if ctx ends first.
func (v *Visits) enter(ctx context.Context, a netip.AddrPort) (*door, bool) {
	a = netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
	v.mu.Lock()
	d := v.doors[a]
	if d == nil {
		d = &door{turn: make(chan struct{}, 1)}
		if v.doors == nil {
			v.doors = make(map[netip.AddrPort]*door)
		}
		v.doors[a] = d
	}
	v.mu.Unlock()
	select {
	case d.turn <- struct{}{}:
		return d, true
	case <-ctx.Done():
		return nil, false
	}
}

// reserve waits until one more connection may be made. held says that the time of
// ctx does not suffice, and how long it would have been.
func (v *Visits) reserve(ctx context.Context, name string, a netip.AddrPort) (held time.Duration, err error) {
	told := false
	for v.Contacts != nil {
		wait := v.Contacts.Reserve(name, a)
		if wait == 0 {
			break
		}
		if end, limited := ctx.Deadline(); limited && time.Until(end) <= wait || v.Patience > 0 && wait > v.Patience {
			return wait, nil
		}
		if v.Waiting != nil && !told {
			v.Waiting(a, wait)
			told = true
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

// shown remembers by which key a server can be told, whatever its address.
func (v *Visits) shown(name string, a netip.AddrPort, key ssh.PublicKey) {
	if v.Contacts != nil {
		v.Contacts.Shown(name, a, ssh.FingerprintSHA256(plain(key)))
	}
}

// shared is the same offer for all servers that make the same.
func (v *Visits) shared(o *offer) *offer {
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

// visit is one target at a door.
type visit struct {
	*Prober
	visits  *Visits
	door    *door
	addr    netip.AddrPort
	name    string // the target's host
	leaving sync.WaitGroup
}

// sight is what the target gets to see: what was seen lately, or else what a
// connection of its own shows, which asks for a key by the algorithms; they are asked
// for when the server has identified itself.
func (v *visit) sight(ctx context.Context, algorithms func() []string) *sight {
	from := fmt.Sprint(v.Dialer.Bind, v.Dialer.Interface)
	same := func(s *sight) bool { return s.from == from }
	i := slices.IndexFunc(v.door.sights, same)
	if i >= 0 && v.door.sights[i].serves(v.Prober) {
		return v.door.sights[i]
	}
	s := v.look(ctx, algorithms)
	s.from = from
	if s.cut == "" && s.held == 0 && !s.unasked && s.connect != check.ConnectExhausted { // else it is this target's or this machine's affair
		v.door.sights = append(slices.DeleteFunc(v.door.sights, same), s)
	}
	return s
}

// limits are how long the phases may take.
func (p *Prober) limits() (connect, identification, handshake time.Duration) {
	return cmp.Or(p.Dialer.Timeout, patience), cmp.Or(p.Identification, patience), cmp.Or(p.Handshake, patience)
}

// serves reports whether a target need not look itself: what was seen is not older
// than it asks for, and if time was up, its own would have been up too.
func (s *sight) serves(p *Prober) bool {
	connect, identification, handshake := p.limits()
	return !s.began.Before(p.Since) && (!s.late || connect <= s.limits[0] && identification <= s.limits[1] && handshake <= s.limits[2])
}
