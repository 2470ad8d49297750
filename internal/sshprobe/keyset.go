package sshprobe

import (
	"cmp"
	"context"
	"slices"
	"time"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/check"
)

// keySet collects the host keys of one endpoint for one target, and the reasons why
// others are missing.
type keySet struct {
	*visit
	first    *observation // the connection that asked for the key that ssh would be shown
	keys     []ssh.PublicKey
	missing  []string      // safe to print
	broken   string        // why ssh gets no key either; safe to print
	hindered *observation  // a further connection that was held back or turned away
	cut      check.Phase   // the phase in which the context ended
	fatal    bool          // the next connection would fail like the last
	took     time.Duration // by further connections, without waiting for their turn
}

// add adds the key of a kind, over a further connection if it has not been seen yet.
func (b *keySet) add(ctx context.Context, k kind) {
	f, seen := b.first.keys[k]
	switch {
	case seen:
	case b.first.missing != "":
		f.missing, b.fatal = b.first.missing, true
	default:
		f = b.fetch(ctx, k)
	}
	if f.key != nil {
		b.keys = append(b.keys, f.key)
	} else if f.missing != "" && !slices.Contains(b.missing, f.missing) {
		b.missing = append(b.missing, f.missing)
	}
}

// fetch makes a connection for a key. What the server shows on it is kept for other
// targets, unless the failure is this target's own.
func (b *keySet) fetch(ctx context.Context, k kind) fetched {
	s := b.observe(ctx, func() []string { return k.algorithms(b.first.offer.HostKeys) })
	b.took += s.connecting + s.identifying + s.exchanging
	for also, f := range s.keys {
		b.first.keys[also] = f
	}
	f, ok := s.keys[k]
	if ok {
		return f
	}
	b.fatal = true
	switch {
	case s.cut != "":
		b.cut = s.cut
	case s.held > 0, s.greeting.identity == check.IdentityAway:
		b.hindered = s
	case len(b.keys) == 0 && s.broken != "":
		b.broken = s.broken
	default:
		f.missing = "no " + k.keyType + ": " + s.failure()
	}
	return f
}

// failure says why a further connection gave no key.
func (s *observation) failure() string {
	switch {
	case s.connect != check.ConnectOK:
		return "the next connection failed: " + s.trouble
	case s.greeting.identity != check.IdentitySSH:
		return "on the next connection, " + s.trouble
	}
	return cmp.Or(s.broken, s.missing)
}

// fetchMissing adds keys of other types than the chosen one: all of them, or as many
// as it takes to see one that is looked for.
func (b *keySet) fetchMissing(ctx context.Context, t check.Target, chosen string) {
	kinds, unsupported := b.first.offer.kinds()
	for _, k := range kinds {
		if k.keyType == chosen {
			continue
		}
		if b.fatal || !b.AllKeys && !b.lacks(b.Expected) && !b.lacks(t.Seek) {
			break
		}
		b.add(ctx, k)
	}
	if !b.AllKeys {
		return
	}
	slices.SortStableFunc(b.keys, func(x, y ssh.PublicKey) int { return rank(kinds, x) - rank(kinds, y) })
	if len(unsupported) > 0 {
		b.missing = append(b.missing, "of types that this program does not support: "+list(unsupported))
	}
}

// lacks reports whether there are fingerprints to look for and no key with one of
// them has been seen.
func (b *keySet) lacks(fingerprints []string) bool {
	return len(fingerprints) > 0 && !slices.ContainsFunc(b.keys, func(key ssh.PublicKey) bool { return contains(fingerprints, key) })
}

// rank is the position of a key's type in the server's order.
func rank(kinds []kind, key ssh.PublicKey) int {
	return slices.IndexFunc(kinds, func(k kind) bool { return k.keyType == plain(key).Type() })
}
