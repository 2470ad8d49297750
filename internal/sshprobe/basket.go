package sshprobe

import (
	"cmp"
	"context"
	"slices"
	"time"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/check"
)

// basket is what a target takes home from a door: keys, and why others are not
// among them.
type basket struct {
	*visit
	sight    *sight
	keys     []ssh.PublicKey
	missing  []string      // safe to print
	broken   string        // why ssh gets no key either; safe to print
	hindered *sight        // a further connection that was not made, or turned away
	cut      check.Phase   // where the context ended
	over     bool          // the next connection would fare like the last
	took     time.Duration // by further connections, without waiting for their turn
}

// fetch takes the key of a kind that was seen already, or makes a connection for it.
func (b *basket) fetch(ctx context.Context, k kind) {
	f, seen := b.sight.keys[k]
	switch {
	case seen:
	case b.sight.missing != "":
		f.missing, b.over = b.sight.missing, true
	default:
		f = b.ask(ctx, k)
	}
	if f.key != nil {
		b.keys = append(b.keys, f.key)
	} else if f.missing != "" && !slices.Contains(b.missing, f.missing) {
		b.missing = append(b.missing, f.missing)
	}
}

// ask makes a connection for a key. What it shows is there for others too, as long
// as it is the server's doing.
func (b *basket) ask(ctx context.Context, k kind) fetched {
	s := b.look(ctx, func() []string { return k.algorithms(b.sight.offer.HostKeys) })
	b.took += s.connecting + s.identifying + s.exchanging
	for also, f := range s.keys {
		b.sight.keys[also] = f
	}
	f, ok := s.keys[k]
	if ok {
		return f
	}
	b.over = true
	switch {
	case s.cut != "":
		b.cut = s.cut
	case s.held > 0, s.greeting.identity == check.IdentityAway:
		b.hindered = s
	case len(b.keys) == 0 && s.broken != "":
		b.broken = s.broken
	default:
		f.missing = "no " + k.keyType + ": " + s.whyNot()
	}
	return f
}

// whyNot is why a further connection gave no key.
func (s *sight) whyNot() string {
	switch {
	case s.connect != check.ConnectOK:
		return "the next connection failed: " + s.trouble
	case s.greeting.identity != check.IdentitySSH:
		return "on the next connection, " + s.trouble
	}
	return cmp.Or(s.broken, s.missing)
}

// further takes keys of other types than the chosen one: all, or until one that is
// looked for has been seen.
func (b *basket) further(ctx context.Context, t check.Target, chosen string) {
	kinds, strange := b.sight.offer.kinds()
	for _, k := range kinds {
		if k.keyType == chosen {
			continue
		}
		if b.over || !b.AllKeys && !b.seeks(b.Expected) && !b.seeks(t.Seek) {
			break
		}
		b.fetch(ctx, k)
	}
	if b.AllKeys {
		slices.SortStableFunc(b.keys, func(x, y ssh.PublicKey) int { return place(kinds, x) - place(kinds, y) })
		if len(strange) > 0 {
			b.missing = append(b.missing, "of types that this program does not have: "+list(strange))
		}
	}
}

// seeks reports whether none of the fingerprints, if there are any, has been seen.
func (b *basket) seeks(fingerprints []string) bool {
	return len(fingerprints) > 0 && !slices.ContainsFunc(b.keys, func(key ssh.PublicKey) bool { return contains(fingerprints, key) })
}

// place is where a key's type stands in the server's order.
func place(kinds []kind, key ssh.PublicKey) int {
	return slices.IndexFunc(kinds, func(k kind) bool { return k.keyType == plain(key).Type() })
}
