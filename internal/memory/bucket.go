package memory

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"rdnsproxy/replacefile"
)

// buckets is over how many files the accounts are spread: few enough to need no
// clearing up, and enough that a survey of thousands does not rewrite long files.
const (
	buckets   = 64
	maxBucket = 256 << 10
	lockWait  = time.Second

	// keptLonger is how long the key of an address is known after its penalty has
	// run off: addresses of one server that are looked at in turn still count
	// together.
	keptLonger = 20 * time.Second
)

// bucket is one file, locked and read.
type bucket struct {
	file     *os.File
	accounts map[string]account
}

// bucket opens the file of an account; nil says that nothing can be kept. Where
// another process holds one for a second, something is wrong with it, and no
// connection of this process waits for the folder again.
func (c *Contacts) bucket(id string, now time.Time) *bucket {
	if !c.ready {
		c.ready = true
		if c.Dir != "" && os.MkdirAll(c.Dir, 0o700) == nil {
			c.dir, _ = openFolder(c.Dir)
		}
	}
	if c.dir == nil {
		return nil
	}
	f, err := replacefile.OpenShared(c.dir, fmt.Sprintf("contacts-%02d", bucketOf(id)), lockWait)
	if errors.Is(err, replacefile.ErrLocked) {
		c.dir.Close()
		c.dir = nil
	}
	if err != nil {
		return nil
	}
	b := &bucket{f, make(map[string]account)}
	b.load(now)
	return b
}

func (b *bucket) close() { b.file.Close() }

// load reads what still counts. What is damaged is as if it were not there.
func (b *bucket) load(now time.Time) {
	text, err := io.ReadAll(io.LimitReader(b.file, maxBucket+1))
	if err != nil || len(text) > maxBucket {
		return
	}
	for id, a := range parseContacts(string(text)) {
		if a.counts(now) {
			b.accounts[id] = a
		}
	}
}

// counts says that an account is worth keeping.
func (a account) counts(now time.Time) bool {
	until := a.until
	if a.key != "" {
		until = until.Add(keptLonger)
	}
	return until.After(now)
}

// save writes over what is there. Lines stand alone, so of what a full disk or a
// kill tears the rest counts.
func (b *bucket) save(now time.Time) {
	for id, a := range b.accounts {
		if !a.counts(now) {
			delete(b.accounts, id)
		}
	}
	text := formatContacts(b.accounts)
	n, err := b.file.WriteAt([]byte(text), 0)
	if err != nil && n < len(text) {
		n = 0
	}
	b.file.Truncate(int64(n))
}
