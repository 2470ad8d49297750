package sshprobe

import (
	"context"
	"slices"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/check"
)

// atOnce is how many connections of a probe exchange keys at the same time: sshd
// counts those that have not logged in, and may count them by their source
// (sshd_config(5), MaxStartups and PerSourceMaxStartups).
const atOnce = 2

// haul is what came of the key exchanges.
type haul struct {
	keys    []ssh.PublicKey // in the server's order
	chosen  string          // the type of the key that ssh would have been shown
	missing string          // what did not come, and why; safe to print
	stalled bool            // the server did not go on: no ssh gets a key either
}

// collect fetches a key of each type that the server has, a certificate where
// it shows one. The first exchange goes over c, asks as ssh does, and tells what
// there is; each further one needs a connection of its own.
func (v *visit) collect(ctx context.Context, c *wire) haul {
	key, err := v.exchange(ctx, c, v.preferred())
	has, ok := parseOffer(c.seen)
	switch {
	case !ok && key != nil: // lists that are longer than what is kept
		return haul{keys: []ssh.PublicKey{key}, chosen: plain(key).Type()}
	case !ok, hopeless(err):
		return haul{missing: explain(err), stalled: stalled(err)}
	}
	known, strange := has.families()
	if len(known) == 0 {
		return haul{missing: noneOf("types of host keys", strange)}
	}
	h := newHarvest(known)
	chosen := h.put(key)
	h.reap(func(f family) (ssh.PublicKey, error) { return v.fetch(ctx, f) })
	return haul{keys: h.shown(), chosen: chosen, missing: h.missing(strange)}
}

// preferred is the order in which ssh would ask for a key, and behind it what
// ssh no longer asks for.
func (v *visit) preferred() []string {
	return append(v.known().Algorithms(v.host, nil), ssh.CertAlgoRSAv01, ssh.KeyAlgoRSA)
}

// exchange makes a key exchange over c and hangs up.
func (v *visit) exchange(ctx context.Context, c *wire, algorithms []string) (ssh.PublicKey, error) {
	defer v.leaving.Go(func() { c.leave(ctx) })
	if len(c.line) > maxIdentification {
		return nil, errLong
	}
	return c.hostKey(ctx, v.Handshake, algorithms)
}

// fetch fetches a key of one type: its certificate if that can be read, else
// the plain key, with which ssh would be content too.
func (v *visit) fetch(ctx context.Context, f family) (ssh.PublicKey, error) {
	key, err := v.ask(ctx, slices.Concat(f.certificates, f.plain))
	if err != nil && !hopeless(err) && len(f.certificates) > 0 && len(f.plain) > 0 {
		return v.ask(ctx, f.plain)
	}
	return key, err
}

// ask makes a connection for one key exchange.
func (v *visit) ask(ctx context.Context, algorithms []string) (ssh.PublicKey, error) {
	c, err := v.connect(ctx)
	if err != nil {
		return nil, err
	}
	if g := c.greet(ctx, v.Identification); g.identity != check.IdentitySSH {
		c.Close()
		return nil, notSSH(g.trouble)
	}
	return v.exchange(ctx, c, algorithms)
}

// plain is the key that a certificate is for, and any other key itself.
func plain(key ssh.PublicKey) ssh.PublicKey {
	if cert, ok := key.(*ssh.Certificate); ok {
		return cert.Key
	}
	return key
}
