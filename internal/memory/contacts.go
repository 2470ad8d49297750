package memory

import (
	"fmt"
	"hash/fnv"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	"rdnsproxy/internal/limits"
	"rdnsproxy/internal/replacefile"
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
type Contacts struct {
	Dir string           // if "", nothing is kept on disk; made if it is not there
	Now func() time.Time // if nil, time.Now

	mu   sync.Mutex
	here map[netip.AddrPort]time.Time // when the penalty of this process's own connections has run off
}

// Reserve counts one more connection to a, unless the penalty would reach
// limits.Penalty: then it says how long to wait before asking again.
func (c *Contacts) Reserve(a netip.AddrPort) (wait time.Duration) {
	c.change(a, func(left time.Duration) time.Duration {
		if over := left + cost - limits.Penalty; over >= 0 {
			wait = over + time.Millisecond
			return left
		}
		return left + cost
	})
	return wait
}

// Refund takes back what Reserve has counted: the connection came to nothing.
func (c *Contacts) Refund(a netip.AddrPort) {
	c.change(a, func(left time.Duration) time.Duration { return left - cost })
}

// change gives what is left of a penalty to next, which says what it is to be. What
// this process has seen counts even where the file cannot be used.
func (c *Contacts) change(a netip.AddrPort, next func(left time.Duration) time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a = netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
	now := time.Now()
	if c.Now != nil {
		now = c.Now()
	}
	until := c.here[a]
	b := c.bucket(a)
	if b != nil {
		defer b.close()
		b.load(now)
		if kept := b.until[a]; kept.After(until) {
			until = kept
		}
	}
	left := max(0, min(until.Sub(now), limits.Penalty)) // a clock that was set back must not lock anybody out
	until = now.Add(max(0, next(left)))
	if c.here == nil {
		c.here = make(map[netip.AddrPort]time.Time)
	}
	c.here[a] = until
	if b != nil {
		b.until[a] = until
		b.save(now)
	}
}

// buckets is over how many files the addresses are spread: few enough to need no
// clearing up, and enough that a survey of thousands does not rewrite long files.
const (
	buckets   = 64
	maxBucket = 256 << 10
	lockWait  = time.Second
)

// bucket is one file, locked and read.
type bucket struct {
	dir   *os.Root
	path  string
	lock  *replacefile.Lock
	until map[netip.AddrPort]time.Time
}

// bucket opens the file for a; nil says that nothing can be kept.
func (c *Contacts) bucket(a netip.AddrPort) *bucket {
	if c.Dir == "" || os.MkdirAll(c.Dir, 0o700) != nil {
		return nil
	}
	dir, err := openFolder(c.Dir)
	if err != nil {
		return nil
	}
	name := bucketName(a)
	lock, err := replacefile.TakeLock(dir, name+".lock", lockWait)
	if err != nil {
		dir.Close()
		return nil
	}
	return &bucket{dir: dir, path: filepath.Join(c.Dir, name), lock: lock, until: make(map[netip.AddrPort]time.Time)}
}

func (b *bucket) close() {
	b.lock.Release()
	b.dir.Close()
}

// load reads what still counts. What is damaged or suspect is as if it were not
// there.
func (b *bucket) load(now time.Time) {
	text, err := readOwn(b.dir, filepath.Base(b.path), maxBucket)
	if err != nil {
		return
	}
	for a, until := range parseContacts(text) {
		if until.After(now) {
			b.until[a] = until
		}
	}
}

func (b *bucket) save(now time.Time) {
	for a, until := range b.until {
		if !until.After(now) {
			delete(b.until, a)
		}
	}
	replacefile.Options{Volatile: true}.Replace(b.path, func(w io.Writer) error {
		_, err := io.WriteString(w, formatContacts(b.until))
		return err
	})
}

// bucketName spreads addresses evenly; it is the same in every process.
func bucketName(a netip.AddrPort) string {
	h := fnv.New32a()
	h.Write([]byte(a.String()))
	return fmt.Sprintf("contacts-%02d", h.Sum32()%buckets)
}
