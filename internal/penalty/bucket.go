package penalty

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"rdnsproxy/internal/owndir"
	"rdnsproxy/replacefile"
)

// The accounts are spread over a fixed number of files: few enough that none has to be
// removed, and enough that a survey of thousands of hosts does not rewrite long files.
const (
	buckets   = 64
	maxBucket = 256 << 10
	lockWait  = time.Second

	// keptLonger is how long the key of an address is kept after its penalty has
	// decayed, so that addresses of one server that are checked in turn still count
	// together.
	keptLonger = 20 * time.Second
)

// bucket is one file, locked and read.
type bucket struct {
	file     *os.File
	accounts map[string]account
}

// bucket opens the file of an account; nil means that nothing can be kept. If another
// process holds the file for a second, something is wrong, and this process does not
// wait for the directory again.
func (l *Ledger) bucket(id string, now time.Time) *bucket {
	if !l.ready {
		l.ready = true
		if l.Dir != "" && os.MkdirAll(l.Dir, 0o700) == nil {
			l.dir, _ = owndir.Open(l.Dir)
		}
	}
	if l.dir == nil {
		return nil
	}
	f, err := replacefile.OpenShared(l.dir, fmt.Sprintf("contacts-%02d", bucketOf(id)), lockWait)
	if errors.Is(err, replacefile.ErrLocked) {
		l.dir.Close()
		l.dir = nil
	}
	if err != nil {
		return nil
	}
	b := &bucket{f, make(map[string]account)}
	b.load(now)
	return b
}

func (b *bucket) close() { b.file.Close() }

// load reads the accounts that still count. A damaged file counts as empty.
func (b *bucket) load(now time.Time) {
	text, err := io.ReadAll(io.LimitReader(b.file, maxBucket+1))
	if err != nil || len(text) > maxBucket {
		return
	}
	for id, a := range parseAccounts(string(text)) {
		if a.counts(now) {
			b.accounts[id] = a
		}
	}
}

// counts reports whether an account is worth keeping.
func (a account) counts(now time.Time) bool {
	until := a.until
	if a.key != "" {
		until = until.Add(keptLonger)
	}
	return until.After(now)
}

// save overwrites the file. Each line stands alone, so the whole lines of a file that a
// full disk or a kill has torn still count.
func (b *bucket) save(now time.Time) {
	for id, a := range b.accounts {
		if !a.counts(now) {
			delete(b.accounts, id)
		}
	}
	text := formatAccounts(b.accounts)
	n, err := b.file.WriteAt([]byte(text), 0)
	if err != nil && n < len(text) {
		n = 0
	}
	b.file.Truncate(int64(n))
}
