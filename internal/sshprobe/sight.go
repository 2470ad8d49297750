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

// sight is what a connection has shown, and further ones for further keys.
type sight struct {
	began   time.Time
	from    string           // where the connection was made from
	limits  [3]time.Duration // of connecting, the identification and the key exchange
	late    bool             // one of them was up
	cut     check.Phase      // where the context ended; if "", it did not
	unasked bool             // for no key, since nobody knew for which
	held    time.Duration    // not connected to: how long it would have had to wait

	connect  check.ConnectStatus
	trouble  string // of connecting or of the identification; safe to print
	greeting greeting
	offer    *offer // the server's lists; nil if none came, or too long ones
	broken   string // why the key exchange fails, for ssh as well; safe to print
	missing  string // why this program gets no key at all, though ssh may; safe to print
	keys     map[kind]fetched

	connecting, identifying, exchanging time.Duration
}

// fetched is a key, or why there is none.
type fetched struct {
	key     ssh.PublicKey
	missing string // safe to print
}

// kind is what a server shows one key for: a type of plain key, and whether by a
// certificate.
type kind struct {
	keyType     string
	certificate bool
}

func kindOf(key ssh.PublicKey) kind {
	_, certificate := key.(*ssh.Certificate)
	return kind{plain(key).Type(), certificate}
}

// plain is the key that a certificate is for, and any other key itself.
func plain(key ssh.PublicKey) ssh.PublicKey {
	if cert, ok := key.(*ssh.Certificate); ok {
		return cert.Key
	}
	return key
}

// look makes one connection, which asks for a key by the algorithms, if there are any; none where
// the server has turned this machine away.
func (v *visit) look(ctx context.Context, algorithms func() []string) *sight {
	if away := v.door.away; away != nil && !away.began.Before(v.Since) {
		return away
	}
	s := &sight{keys: make(map[kind]fetched)}
	s.limits[0], s.limits[1], s.limits[2] = v.Prober.limits()
	v.leaving.Wait() // the one before must have gone
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
	v.leaving.Go(func() {
		defer release()
		c.leave(context.WithoutCancel(ctx))
	})
	return s
}

// connect makes the connection; nil if there is none.
func (v *visit) connect(ctx context.Context, s *sight) *wire {
	d := v.Dialer
	d.Timeout = s.limits[0]
	start := time.Now()
	c, _, err := d.Race(ctx, slices.Values([]netip.AddrPort{v.addr}))
	s.connecting = time.Since(start)
	if err == nil {
		s.connect = check.ConnectOK
		return newWire(c)
	}
	s.connect, s.trouble = unconnected(err)
	s.late = s.connect == check.ConnectTimeout
	if ctx.Err() != nil {
		s.connect, s.cut = check.ConnectCutShort, check.PhaseConnect
	}
	return nil
}

// identify exchanges identifications; false if there is no SSH to go on with.
func (v *visit) identify(ctx context.Context, s *sight, c *wire) bool {
	start := time.Now()
	s.greeting = c.greet(ctx, s.limits[1])
	s.identifying = time.Since(start)
	s.trouble = s.greeting.trouble
	s.late = s.identifying >= s.limits[1]
	switch s.greeting.identity {
	case check.IdentitySSH:
		return true
	case check.IdentityAway:
		v.door.away = s
		return false
	}
	if ctx.Err() != nil {
		s.cut, s.greeting.identity = check.PhaseIdentify, ""
	}
	return false
}

// exchange makes a key exchange as far as the proof of the key.
func (v *visit) exchange(ctx context.Context, s *sight, c *wire, algorithms []string) {
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
		case beyondUs(err):
			s.missing = explain(err, s.offer != nil)
		case known && asked.certificate && !broke(err): // the library reads fewer than ssh does
			s.keys[asked] = fetched{missing: "the certificate that ssh would be shown cannot be read: " + explain(err, true)}
		default:
			s.broken = explain(err, s.offer != nil)
		}
	}
}

// negotiated is the kind of key that the server was asked for.
func (s *sight) negotiated(algorithms []string) (kind, bool) {
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

// statuses says in check's words what the dialler says in its own.
var statuses = map[dial.Reason]check.ConnectStatus{
	dial.Refused:     check.ConnectRefused,
	dial.Timeout:     check.ConnectTimeout,
	dial.Unreachable: check.ConnectUnreachable,
	dial.Skipped:     check.ConnectSkipped,
	dial.Exhausted:   check.ConnectExhausted,
}

// unconnected is how a connection failed, and in words, without the address.
func unconnected(err error) (check.ConnectStatus, string) {
	var lost *dial.Error
	switch {
	case !errors.As(err, &lost):
	case len(lost.Failures) > 0:
		f := lost.Failures[0]
		_, text, _ := strings.Cut(f.Error(), ": ")
		status, ok := statuses[f.Reason]
		if !ok {
			status = check.ConnectFailed
		}
		return status, text
	case errors.Is(lost, context.DeadlineExceeded):
		return check.ConnectTimeout, "no answer in time"
	}
	return check.ConnectFailed, safetext.Line(err.Error())
}

// timedOut says that an exchange took too long.
func timedOut(err error) bool {
	var network net.Error
	return errors.As(err, &network) && network.Timeout()
}
