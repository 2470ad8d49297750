package memory

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"hash/fnv"
	"net/netip"
	"os"
	"sync"
	"time"

	"rdnsproxy/limits"
)

// Since 9.8 sshd counts a penalty of one second against whoever connects and
// does not try to log in, and refuses an address from 15 s on (sshd_config(5),
// PerSourcePenalties: noauth:1, min:15; srclimit.c). The seconds run off by
// themselves. Contacts keeps below limits.Penalty, so that the user's own logins
// stay far from it.
const cost = time.Second // of one connection

// Contacts counts the connections without a login that were made lately from
// here, by the address and port that they went to, across processes. Where there
// is no folder to keep them in, it counts those of this process. It is safe for
// many goroutines and many processes.
//
// One sshd may be behind several addresses and ports, and counts by who connects
// alone. So those of a name that have shown the same host key count together:
// Shown tells which one an address has.
type Contacts struct {
	Dir string           // if "", nothing is kept on disk; made if it is not there
	Now func() time.Time // if nil, time.Now

	mu    sync.Mutex
	here  map[string]account // what this process itself has caused and seen
	ready bool               // dir was looked for
	dir   *os.Root           // nil: nothing can be kept there
}

// account is the penalty at one address and port, or at all of a name with the
// same key.
type account struct {
	until time.Time // when the penalty has run off
	key   string    // of an address and port: the key's fingerprint; "" if unknown
}

// Reserve counts one more connection to an address of a name, unless the penalty
// would reach limits.Penalty: then it says how long to wait before asking again.
func (c *Contacts) Reserve(name string, a netip.AddrPort) (wait time.Duration) {
	key, wait := c.charge(addressAccount(a))
	if wait == 0 && key != "" {
		if _, wait = c.charge(sharedAccount(name, key)); wait > 0 {
			c.takeBack(addressAccount(a))
		}
	}
	return wait
}

// Refund takes back what Reserve has counted: the connection came to nothing.
func (c *Contacts) Refund(name string, a netip.AddrPort) {
	if key := c.takeBack(addressAccount(a)); key != "" {
		c.takeBack(sharedAccount(name, key))
	}
}

// Shown tells the fingerprint of the host key that a reserved connection was shown.
// The first that an address has shown lately stands for its server.
func (c *Contacts) Shown(name string, a netip.AddrPort, fingerprint string) {
	if !isFingerprint(fingerprint) {
		return
	}
	fresh := false
	c.change(addressAccount(a), func(left time.Duration, key *string) time.Duration {
		if fresh = *key == ""; fresh {
			*key = fingerprint
		}
		return left
	})
	if fresh { // else Reserve has counted it
		c.change(sharedAccount(name, fingerprint), func(left time.Duration, _ *string) time.Duration { return left + cost })
	}
}

func (c *Contacts) charge(id string) (key string, wait time.Duration) {
	key = c.change(id, func(left time.Duration, _ *string) time.Duration {
		if over := left + cost - limits.Penalty; over >= 0 {
			wait = over + time.Millisecond
			return left
		}
		return left + cost
	})
	return key, wait
}

func (c *Contacts) takeBack(id string) (key string) {
	return c.change(id, func(left time.Duration, _ *string) time.Duration { return left - cost })
}

// change gives what is left of a penalty to next, which says what it is to be, and
// gives the account's key. What this process has seen counts even where the file
// cannot be used.
func (c *Contacts) change(id string, next func(left time.Duration, key *string) time.Duration) (key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if c.Now != nil {
		now = c.Now()
	}
	was := c.here[id]
	b := c.bucket(id, now)
	if b != nil {
		defer b.close()
		kept := b.accounts[id]
		if kept.until.After(was.until) {
			was.until = kept.until
		}
		was.key = cmp.Or(was.key, kept.key)
	}
	left := max(0, min(was.until.Sub(now), limits.Penalty)) // a clock that was set back must not lock anybody out
	is := account{key: was.key}
	is.until = now.Add(max(0, next(left, &is.key)))
	if c.here == nil {
		c.here = make(map[string]account)
	}
	if c.here[id] = is; !is.counts(now) {
		delete(c.here, id)
	}
	if b != nil {
		b.accounts[id] = is
		b.save(now)
	}
	return is.key
}

// addressAccount is the same for an IPv4 address and its mapped form; the zone
// does not count.
func addressAccount(a netip.AddrPort) string {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port()).String()
}

// sharedAccount is that of all addresses of a name where the same key was shown.
// The name is nobody's business who reads the file.
func sharedAccount(name, key string) string {
	sum := sha256.Sum256([]byte(name + "\x00" + key))
	return sharedPrefix + hex.EncodeToString(sum[:16])
}

// bucketOf spreads accounts evenly over the files; it is the same in every process.
func bucketOf(id string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(id))
	return h.Sum32() % buckets
}
