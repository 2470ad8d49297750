package sshprobe

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/check"
	"rdnsproxy/limits"
	"rdnsproxy/proxy/dial"
	"rdnsproxy/safetext"
)

// observation is what one connection has shown, with the keys that further ones have.
type observation struct {
	began   time.Time
	from    string           // where the connection was made from
	limits  [3]time.Duration // for connecting, the identification and the key exchange
	late    bool             // one of the limits was reached
	cut     check.Phase      // the phase in which the context ended; if "", it did not
	unasked bool             // no key was asked for: ssh's algorithms were not known
	held    time.Duration    // if not 0, no connection was made: how long it would have had to wait

	connect  check.ConnectStatus
	trouble  string // of connecting or of the identification; safe to print
	greeting greeting
	offer    *offer // the server's lists; nil if none came, or longer ones than are kept
	broken   string // why the key exchange fails, for ssh as well; safe to print
	missing  string // why this program gets no key at all, although ssh may; safe to print
	keys     map[kind]fetched

	connecting, identifying, exchanging time.Duration
}

// fetched is a key, or why there is none.
type fetched struct {
	key     ssh.PublicKey
	missing string // safe to print
}

// observe makes one connection, and asks for a key by the algorithms unless they are
// nil. It makes none where the server has turned this machine away.
func (v *visit) observe(ctx context.Context, algorithms func() []string) *observation {
	if away := v.endpoint.turnedAway; away != nil && !away.began.Before(v.Since) {
		return away
	}
	s := &observation{keys: make(map[kind]fetched)}
	s.limits[0], s.limits[1], s.limits[2] = v.Prober.limits()
	v.closing.Wait() // one connection at a time
	held, err := v.visits.reserve(ctx, v.name, v.addr)
	s.began = time.Now()
	switch {
	case err != nil:
		s.connect, s.cut = check.ConnectCutShort, check.PhaseHeld
		return s
	case held > 0:
		s.connect, s.held = check.ConnectHeldBack, held
		return s
	}
	release, err := limits.Connection(ctx)
	if err != nil {
		v.visits.refund(v.name, v.addr)
		s.connect, s.cut, s.trouble = check.ConnectExhausted, check.PhaseQueue, "no connection of this process became free in time"
		return s
	}
	c := v.connect(ctx, s)
	if c == nil {
		release()
		v.visits.refund(v.name, v.addr)
		return s
	}
	if !v.identify(ctx, s, c) {
		c.Close()
		release()
		return s
	}
	if ask := algorithms(); ask != nil {
		v.exchange(ctx, s, c, ask)
	} else {
		s.unasked = true
	}
	v.closing.Go(func() {
		defer release()
		c.hangUp(context.WithoutCancel(ctx))
	})
	return s
}

// connect makes the connection; nil if it fails.
func (v *visit) connect(ctx context.Context, s *observation) *wire {
	d := v.Dialer
	d.Timeout = s.limits[0]
	start := time.Now()
	c, _, err := d.Race(ctx, slices.Values([]netip.AddrPort{v.addr}))
	s.connecting = time.Since(start)
	if err == nil {
		s.connect = check.ConnectOK
		return newWire(c)
	}
	s.connect, s.trouble = connectFailure(err)
	s.late = s.connect == check.ConnectTimeout
	if ctx.Err() != nil {
		s.connect, s.cut = check.ConnectCutShort, check.PhaseConnect
	}
	return nil
}

// identify exchanges identifications; false if what answers does not speak SSH.
func (v *visit) identify(ctx context.Context, s *observation, c *wire) bool {
	start := time.Now()
	s.greeting = c.greet(ctx, s.limits[1])
	s.identifying = time.Since(start)
	s.trouble = s.greeting.trouble
	s.late = s.identifying >= s.limits[1]
	switch s.greeting.identity {
	case check.IdentitySSH:
		return true
	case check.IdentityAway:
		v.endpoint.turnedAway = s
		return false
	}
	if ctx.Err() != nil {
		s.cut, s.greeting.identity = check.PhaseIdentify, ""
	}
	return false
}

// exchange runs a key exchange up to the proof of the host key.
func (v *visit) exchange(ctx context.Context, s *observation, c *wire, algorithms []string) {
	start := time.Now()
	key, err := c.hostKey(ctx, s.limits[2], algorithms)
	s.exchanging = time.Since(start)
	if o, ok := parseOffer(c.seen); ok {
		s.offer = v.visits.shared(o)
	}
	switch {
	case err == nil:
		s.keys[kindOf(key)] = fetched{key: key}
		v.visits.shown(v.name, v.addr, key)
	case ctx.Err() != nil:
		s.cut = check.PhaseKeys
	default:
		asked, known := s.negotiated(algorithms)
		s.late = timedOut(err)
		switch {
		case unsupported(err):
			s.missing = explain(err, s.offer != nil)
		case known && asked.certificate && !serverEnded(err): // ssh reads certificates that the library cannot
			s.keys[asked] = fetched{missing: "the certificate that ssh would be shown cannot be read: " + explain(err, true)}
		default:
			s.broken = explain(err, s.offer != nil)
		}
	}
}

// negotiated is the kind of key that the server was asked for.
func (s *observation) negotiated(algorithms []string) (kind, bool) {
	if s.offer == nil {
		return kind{}, false
	}
	for _, algorithm := range algorithms {
		if slices.Contains(s.offer.HostKeys, algorithm) {
			return kindFor(algorithm)
		}
	}
	return kind{}, false
}

// connectFailure is why a connection failed, and the same in words, without the address.
func connectFailure(err error) (check.ConnectStatus, string) {
	var lost *dial.Error
	switch {
	case !errors.As(err, &lost):
	case len(lost.Failures) > 0:
		f := lost.Failures[0]
		_, text, _ := strings.Cut(f.Error(), ": ")
		status := check.ConnectStatus(f.Reason) // in the same words, but for what a survey has no word for
		if !slices.Contains(check.ConnectStatuses(), status) {
			status = check.ConnectFailed
		}
		return status, text
	case errors.Is(lost, context.DeadlineExceeded):
		return check.ConnectTimeout, "no answer in time"
	}
	return check.ConnectFailed, safetext.Line(err.Error())
}

// timedOut reports whether an exchange took too long.
func timedOut(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}
