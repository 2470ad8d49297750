// Package penalty counts the connections without a login that this user makes to ssh
// servers, across processes, so that no sshd locks this machine out.
//
// Since 9.8 sshd charges one second of penalty for each connection that does not try to
// log in, and refuses an address from 15 s on (sshd_config(5), PerSourcePenalties:
// noauth:1, min:15; srclimit.c). Penalties decay by themselves. A Ledger keeps below
// limits.Penalty, so that the user's own logins stay far from it.
package penalty

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"hash/fnv"
	"maps"
	"net/netip"
	"os"
	"sync"
	"time"

	"rdnsproxy/limits"
)

const cost = time.Second // of one connection

// leastSweep is how many accounts there have to be before those that no longer count are
// looked for.
const leastSweep = 256

// Ledger counts connections by the address and port that they went to. Without a
// directory it counts those of this process. It is safe for many goroutines and many
// processes.
//
// One sshd may listen on several addresses and ports, and counts by the client's
// address alone. So addresses of a name that have shown the same host key count
// together: Shown says which key that is.
type Ledger struct {
	Dir string           // if "", nothing is kept on disk; created when needed
	Now func() time.Time // if nil, time.Now

	mu    sync.Mutex
	here  map[string]account // what this process itself has caused and seen
	sweep int                // how many accounts here has when those that no longer count are dropped
	ready bool               // dir was looked for
	dir   *os.Root           // nil: nothing can be kept there
}

// account is the penalty at one address and port, or at all addresses of a name with
// the same key.
type account struct {
	until time.Time // when the penalty has decayed
	key   string    // of an address and port: the key's fingerprint; "" if unknown
}

// Reserve counts one more connection to an address of a name, unless the penalty
// would reach limits.Penalty. Then it returns how long to wait before asking again.
func (l *Ledger) Reserve(name string, a netip.AddrPort) (wait time.Duration) {
	key, wait := l.charge(addressAccount(a))
	if wait == 0 && key != "" {
		if _, wait = l.charge(sharedAccount(name, key)); wait > 0 {
			l.takeBack(addressAccount(a))
		}
	}
	return wait
}

// Refund takes back what Reserve has counted, for a connection that was not made.
func (l *Ledger) Refund(name string, a netip.AddrPort) {
	if key := l.takeBack(addressAccount(a)); key != "" {
		l.takeBack(sharedAccount(name, key))
	}
}

// Shown records the fingerprint of the host key that a reserved connection was shown.
// The first key that an address has shown lately stands for its server.
func (l *Ledger) Shown(name string, a netip.AddrPort, fingerprint string) {
	if !isFingerprint(fingerprint) {
		return
	}
	first := false
	l.change(addressAccount(a), func(left time.Duration, key *string) time.Duration {
		if first = *key == ""; first {
			*key = fingerprint
		}
		return left
	})
	if first { // else Reserve has counted it
		l.change(sharedAccount(name, fingerprint), func(left time.Duration, _ *string) time.Duration {
			return left + cost
		})
	}
}

func (l *Ledger) charge(id string) (key string, wait time.Duration) {
	key = l.change(id, func(left time.Duration, _ *string) time.Duration {
		if over := left + cost - limits.Penalty; over >= 0 {
			wait = over + time.Millisecond
			return left
		}
		return left + cost
	})
	return key, wait
}

func (l *Ledger) takeBack(id string) (key string) {
	return l.change(id, func(left time.Duration, _ *string) time.Duration { return left - cost })
}

// change passes the penalty that is left to next, which returns the new one. It
// returns the account's key. What this process has seen counts even if the file cannot
// be used.
func (l *Ledger) change(id string, next func(left time.Duration, key *string) time.Duration) (key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.Now != nil {
		now = l.Now()
	}
	was := l.here[id]
	b := l.bucket(id, now)
	if b != nil {
		defer b.close()
		kept := b.accounts[id]
		if kept.until.After(was.until) {
			was.until = kept.until
		}
		was.key = cmp.Or(was.key, kept.key)
	}
	left := max(0, min(was.until.Sub(now), limits.Penalty)) // bounded, in case the clock was set back
	is := account{key: was.key}
	is.until = now.Add(max(0, next(left, &is.key)))
	if l.here == nil {
		l.here = make(map[string]account)
	}
	if l.here[id] = is; !is.counts(now) {
		delete(l.here, id)
	}
	if len(l.here) >= l.sweep { // a process that goes on for months meets many addresses once
		maps.DeleteFunc(l.here, func(_ string, a account) bool { return !a.counts(now) })
		l.sweep = max(leastSweep, 2*len(l.here))
	}
	if b != nil {
		b.accounts[id] = is
		b.save(now)
	}
	return is.key
}

// addressAccount is the same for an IPv4 address and its mapped form, and for every
// zone.
func addressAccount(a netip.AddrPort) string {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port()).String()
}

// sharedAccount is the account of all addresses of a name that have shown a key. It is a
// hash, so that the file does not show the name.
func sharedAccount(name, key string) string {
	sum := sha256.Sum256([]byte(name + "\x00" + key))
	return sharedPrefix + hex.EncodeToString(sum[:16])
}

// bucketOf spreads accounts evenly over the files. It is the same in every process.
func bucketOf(id string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(id))
	return h.Sum32() % buckets
}
