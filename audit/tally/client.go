package tally

import (
	"hash/maphash"
	"math/bits"
	"slices"
)

// An address is how the tally keeps one: 16 bytes, IPv4 mapped.
type address [16]byte

// The numbers that most clients have.
const (
	nConnections = iota
	nTried
	nKnocked
	nUnknownUser
	nFailed
	nRoot
	nDropped
	nUnsure
	nPAM       // connections of which only PAM has told
	nPAMFailed // attempts in these
	numbers
)

// The numbers that few clients have.
const (
	nMapping  = iota // and three more, by kind
	nLoggedIn = iota + 3
	nLoggedInBad
	nRefusedKey
	nNotAllowed
	nHostbased
	nNamed
	moreNumbers
)

// A record is what is known of a client. There can be a million: it has no pointers.
type record struct {
	addr        address
	first, last uint32
	n           [numbers]uint32
	more        uint32 // number of its extra; 0: none
	users       uint32 // run of a sample, whose counter is asked
	flags       recordFlags
	hosts       sample

	// What the sure lines say as they come, whether or not their connections are over.
	failed uint32  // attempts
	asked  counter // users
}

type recordFlags uint8

const (
	counted      recordFlags = 1 << iota // a connection that is over
	moreUsers                            // than are in the run of users
	provenClient                         // a line that no client can have written has its address
)

// extra is what is known of a client that logged in, or that there were complaints about.
type extra struct {
	n                                          [moreNumbers]uint32
	loggedIn, refused, denied, names, required sample
	nameFirst, nameLast                        uint32
	nameFirstAt, nameLastAt                    int64 // in lines of the log
	mappingAt                                  int64
	wait                                       int64 // microseconds + 1; 0: none
	mapping                                    uint8
	login                                      login
}

// login is a client's first one, and what preceded it.
type login struct {
	seen       bool
	time       uint32
	host, user uint32
	failed     uint32
	asked      counter
}

// records is a table of clients with a bound: those with the smallest hashes stay, so that it
// is the same ones in whatever order they come. The hashes are of a fixed seed for that, but
// the places in the table are of a random one.
//
// Of how many clients the PTR names are kept has a smaller bound: who has a reverse zone
// chooses them, 255 bytes each.
type records struct {
	seed  maphash.Seed
	table []uint32
	slab[record]
	most, mostNamed   int
	crowd             int    // from so many clients on it pays to look who is beyond a bound
	bound, boundNamed uint64 // the largest hashes that stay, and that keep names; 0: all
	unnamed           bool   // a name has been left out
	others            Counts // what the connections of those that did not stay add up to
}

func newRecords(caps *caps) *records {
	r := &records{seed: maphash.MakeSeed(), most: caps.clients, mostNamed: caps.named, table: make([]uint32, 64)}
	r.setCrowd()
	return r
}

func (r *records) setCrowd() {
	r.crowd = min(r.most+r.most/4, max(r.mostNamed+r.mostNamed/4, 2*int(r.n)))
}

func (r *records) place(a *address) uint64 { return maphash.Bytes(r.seed, a[:]) }

// find returns a client's number, or 0 and where it would stand.
func (r *records) find(a *address) (number uint32, place uint64) {
	mask := uint64(len(r.table) - 1)
	for i := r.place(a) & mask; ; i = (i + 1) & mask {
		k := r.table[i]
		if k == 0 || r.at(k).addr == *a {
			return k, i
		}
	}
}

// stays reports whether a client is not beyond the bound.
func (r *records) stays(a *address) bool { return r.bound == 0 || within(hash(a[:]), r.bound) }

// get returns the client's number, of a new one if there is none; 0: the client is beyond
// the bound.
func (r *records) get(a *address) uint32 {
	k, i := r.find(a)
	if k != 0 || !r.stays(a) {
		return k
	}
	k = r.slab.add()
	r.at(k).addr = *a
	r.table[i] = k
	if 4*int(r.n) > 3*len(r.table) {
		r.index(2 * len(r.table))
	}
	return k
}

// index makes a table of the given size.
func (r *records) index(size int) {
	r.table = make([]uint32, size)
	mask := uint64(size - 1)
	for k := uint32(1); k <= r.n; k++ {
		i := r.place(&r.at(k).addr) & mask
		for r.table[i] != 0 {
			i = (i + 1) & mask
		}
		r.table[i] = k
	}
}

// within reports whether a hash is not beyond a bound.
func within(hash, bound uint64) bool { return bound == 0 || hash <= bound }

// lower returns the lower one of two bounds.
func lower(a, b uint64) uint64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// leave leaves out what is beyond the bounds. Numbers change.
func (t *Tally) leave(r *records) {
	hashes := make([]uint64, r.n)
	for k := range hashes {
		hashes[k] = hash(r.at(uint32(k + 1)).addr[:])
	}
	if len(hashes) > min(r.most, r.mostNamed) {
		sorted := slices.Clone(hashes)
		slices.Sort(sorted)
		if len(sorted) > r.most {
			r.bound = sorted[r.most-1]
		}
		if len(sorted) > r.mostNamed {
			r.boundNamed = sorted[r.mostNamed-1]
		}
	}
	kept := uint32(0)
	for k, h := range hashes {
		c := r.at(uint32(k + 1))
		if !within(h, r.boundNamed) && c.more != 0 {
			m := t.extras.at(c.more)
			r.unnamed = r.unnamed || m.names.run != 0
			t.dropNamesOf(m)
		}
		if !within(h, r.bound) {
			r.others.add(t.counts(c))
			t.forget(c)
			continue
		}
		kept++
		*r.at(kept) = *c
	}
	r.cut(kept)
	r.index(len(r.table))
	r.setCrowd()
}

func (t *Tally) dropNamesOf(m *extra) {
	t.samples.free(m.names)
	m.names, m.nameFirst, m.nameLast, m.nameFirstAt, m.nameLastAt = sample{}, 0, 0, 0, 0
}

// forget gives back what hangs on a record.
func (t *Tally) forget(c *record) {
	t.samples.free(sample{run: c.users})
	t.samples.free(c.hosts)
	if c.more != 0 {
		m := t.extras.at(c.more)
		for _, s := range m.samples() {
			t.samples.free(*s)
		}
		t.extras.drop(c.more)
	}
}

func (m *extra) samples() [5]*sample {
	return [5]*sample{&m.loggedIn, &m.refused, &m.denied, &m.names, &m.required}
}

// left estimates how many of those were left out who are beyond the most that stay, of which
// the largest hash is known: hashes are spread evenly.
func left(most int, bound uint64) int64 {
	if bound == 0 {
		return 0
	}
	hi, lo := uint64(most), uint64(0) // most × 2^64
	if hi >= bound {
		return 0
	}
	all, _ := bits.Div64(hi, lo, bound)
	return max(1, int64(min(all, 1<<62))-int64(most))
}

// extraOf returns the extra of a record, a new one if it has none.
func (t *Tally) extraOf(c *record) *extra {
	if c.more == 0 {
		c.more = t.extras.add()
	}
	return t.extras.at(c.more)
}

// counts returns what a record has counted.
func (t *Tally) counts(c *record) Counts {
	var m [moreNumbers]uint32
	if c.more != 0 {
		m = t.extras.at(c.more).n
	}
	return countsOf(&c.n, &m)
}

func countsOf(n *[numbers]uint32, m *[moreNumbers]uint32) Counts {
	c := Counts{
		Connections: int64(n[nConnections]), Tried: int64(n[nTried]), Knocked: int64(n[nKnocked]),
		UnknownUser: int64(n[nUnknownUser]), Failed: int64(n[nFailed]), Dropped: int64(n[nDropped]),
		Unsure: int64(n[nUnsure]), LoggedIn: int64(m[nLoggedIn]), LoggedInBad: int64(m[nLoggedInBad]),
		RefusedKey: int64(m[nRefusedKey]), NotAllowed: int64(m[nNotAllowed]), Hostbased: int64(m[nHostbased]),
		NamedMapping: int64(m[nNamed]),
	}
	for i := range c.ByMapping {
		c.ByMapping[i] = int64(m[nMapping+i])
		c.BadlyMapped += c.ByMapping[i]
	}
	return c
}

func (c *Counts) add(o Counts) {
	c.Connections += o.Connections
	c.BadlyMapped += o.BadlyMapped
	for i := range c.ByMapping {
		c.ByMapping[i] += o.ByMapping[i]
	}
	c.LoggedIn += o.LoggedIn
	c.LoggedInBad += o.LoggedInBad
	c.Tried += o.Tried
	c.UnknownUser += o.UnknownUser
	c.Knocked += o.Knocked
	c.Failed += o.Failed
	c.Dropped += o.Dropped
	c.RefusedKey += o.RefusedKey
	c.NotAllowed += o.NotAllowed
	c.Hostbased += o.Hostbased
	c.Unsure += o.Unsure
	c.NamedMapping += o.NamedMapping
}

// mergeRecord adds o's record b, whose names have been renumbered for t; shift is how many
// lines precede o's.
func (t *Tally) mergeRecord(a *record, o *Tally, b *record, shift int64) {
	a.seen(b.first)
	a.seen(b.last)
	for i := range a.n {
		a.n[i] = sum(a.n[i], b.n[i])
	}
	a.failed = sum(a.failed, b.failed)
	a.asked.merge(b.asked)
	a.flags |= b.flags
	for _, e := range o.samples.of(b.users) {
		t.sampleUser(a, e.id, e.n)
	}
	t.mergeSample(&a.hosts, o, b.hosts)
	if b.more == 0 {
		return
	}
	m, n := t.extraOf(a), o.extras.at(b.more)
	for i := range m.n {
		m.n[i] = sum(m.n[i], n.n[i])
	}
	with := n.samples()
	for i, s := range m.samples() {
		t.mergeSample(s, o, *with[i])
	}
	m.named(n.nameFirst, n.nameFirstAt+shift)
	m.named(n.nameLast, n.nameLastAt+shift)
	if n.mapping != 0 {
		m.complained(n.mapping, n.mappingAt+shift)
	}
	m.wait = max(m.wait, n.wait)
	if !m.login.seen {
		m.login = n.login
	}
}

// seen counts a stamp; 0 is none.
func (c *record) seen(at uint32) {
	if at != 0 {
		if c.first == 0 || at < c.first {
			c.first = at
		}
		c.last = max(c.last, at)
	}
}

// named counts a PTR name that stands in the given line of the log.
func (m *extra) named(id uint32, at int64) {
	if id == 0 {
		return
	}
	if m.nameFirst == 0 || at < m.nameFirstAt {
		m.nameFirst, m.nameFirstAt = id, at
	}
	if m.nameLast == 0 || at >= m.nameLastAt {
		m.nameLast, m.nameLastAt = id, at
	}
}

func (m *extra) complained(kind uint8, at int64) {
	if m.mapping == 0 || at >= m.mappingAt {
		m.mapping, m.mappingAt = kind, at
	}
}

// sampleUser adds a user who was asked for in vain. The users' counter is the record's own,
// so that what preceded a login can be told from it.
func (t *Tally) sampleUser(c *record, id, n uint32) {
	s := sample{run: c.users}
	t.sample(&s, id, n)
	if s.wide != 0 {
		t.samples.wide.drop(s.wide)
		c.flags |= moreUsers
	}
	c.users = s.run
}
