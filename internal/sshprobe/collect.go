package sshprobe

import (
	"context"
	"slices"
	"sync"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/check"
)

// atOnce is how many connections of a probe exchange keys at the same time: sshd
// counts those that have not logged in, and may count them by their source
// (sshd_config(5), MaxStartups and PerSourceMaxStartups).
const atOnce = 2

// collect fetches a key of each type that the server has, in the server's
// order, a certificate where it shows one. The first exchange goes over c and
// tells what there is; each further one needs a connection of its own. missing
// says what did not come and why.
func (v *visit) collect(ctx context.Context, c *wire) (keys []ssh.PublicKey, missing string) {
	key, err := v.exchange(ctx, c, v.preferred())
	has, ok := parseOffer(c.seen)
	switch {
	case !ok && key != nil: // lists that are longer than what is kept
		return []ssh.PublicKey{key}, ""
	case !ok, hopeless(err):
		return nil, explain(err)
	}
	known, strange := has.families()
	if len(known) == 0 {
		return nil, noneOf("types of host keys", strange)
	}
	h := newHarvest(known)
	h.put(key)
	h.reap(func(f family) (ssh.PublicKey, error) { return v.fetch(ctx, f) })
	return h.shown(), h.missing(strange)
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

// harvest is what came of each type.
type harvest struct {
	families []family
	keys     []ssh.PublicKey // one a family; nil: none came
	errs     []error
}

func newHarvest(f []family) *harvest {
	return &harvest{f, make([]ssh.PublicKey, len(f)), make([]error, len(f))}
}

// put takes the key that came first.
func (h *harvest) put(key ssh.PublicKey) {
	if key == nil {
		return
	}
	i := slices.IndexFunc(h.families, func(f family) bool { return f.keyType == plain(key).Type() })
	if i >= 0 {
		h.keys[i] = key
	}
}

// reap fetches the keys that are missing, a few at once. An error that would
// meet the next as well is not asked for again.
func (h *harvest) reap(fetch func(family) (ssh.PublicKey, error)) {
	var todo []int
	for i, key := range h.keys {
		if key == nil {
			todo = append(todo, i)
		}
	}
	var stop error
	for some := range slices.Chunk(todo, atOnce) {
		var fetching sync.WaitGroup
		for _, i := range some {
			if h.errs[i] = stop; stop == nil {
				fetching.Go(func() { h.keys[i], h.errs[i] = fetch(h.families[i]) })
			}
		}
		fetching.Wait()
		for _, i := range some {
			if hopeless(h.errs[i]) {
				stop = h.errs[i]
			}
		}
	}
}

// shown are the keys that came.
func (h *harvest) shown() []ssh.PublicKey {
	return slices.DeleteFunc(slices.Clone(h.keys), func(key ssh.PublicKey) bool { return key == nil })
}

// plain is the key that a certificate is for, and any other key itself.
func plain(key ssh.PublicKey) ssh.PublicKey {
	if cert, ok := key.(*ssh.Certificate); ok {
		return cert.Key
	}
	return key
}
