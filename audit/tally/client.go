package tally

// An address is how the tally keeps one: 16 bytes, IPv4 mapped.
type address [16]byte

// The numbers that most clients have.
const (
	nConnections = iota
	nTried
	nKnocked
	nUnknownUser
	nFailed // the last in the first half of a record
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
	nRefusedCert
	nNotAllowed
	nHostbased
	nNamed
	moreNumbers
)

// A record is what is known of a client. There can be a million: it has no pointers. It has 128
// bytes, and begins with a line of a processor's cache, so that most connections are counted in
// the first half and most lines in the second.
type record struct {
	addr        address
	first, last uint32
	hosts       sample
	users       run // of a sample, whose counter is asked
	flags       recordFlags
	n           [numbers]uint32
	more        uint32 // number of its extra; 0: none

	// What the sure lines say as they come, whether or not their connections are over.
	failed   uint32  // attempts
	failedAt uint32  // the latest of these stamps
	asked    counter // users

	_ [16]byte // a chunk of records takes as much without it
}

type recordFlags uint8

const (
	counted      recordFlags = 1 << iota // a connection that is over
	moreUsers                            // than are in the run of users
	provenClient                         // a line that no client can have written has its address
	moreHosts                            // than are in the sample of hosts
)

// extra is what is known of a client that logged in, or that there were complaints about.
type extra struct {
	n                                          [moreNumbers]uint32
	loggedIn, refused, denied, names, unlisted sample
	required                                   sample
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
	failedAt   uint32
	asked      counter
}

// forget gives back what hangs on a record.
func (t *Tally) forget(c *record) {
	t.samples.free(c.users)
	t.samples.free(c.hosts.run)
	if c.more != 0 {
		m := t.extras.at(c.more)
		for _, s := range m.samples() {
			t.samples.free(s.run)
		}
		*m = extra{}
		t.extras.drop(c.more)
	}
}

func (m *extra) samples() [6]*sample {
	return [...]*sample{&m.loggedIn, &m.refused, &m.denied, &m.names, &m.unlisted, &m.required}
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
		RefusedKey: int64(m[nRefusedKey]), RefusedCert: int64(m[nRefusedCert]), NotAllowed: int64(m[nNotAllowed]), Hostbased: int64(m[nHostbased]),
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
	c.RefusedCert += o.RefusedCert
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
	a.failed, a.failedAt = sum(a.failed, b.failed), max(a.failedAt, b.failedAt)
	a.asked.merge(b.asked)
	a.flags |= b.flags
	var one [1]entry
	for _, e := range o.samples.of(b.users, &one) {
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
	if id == 0 {
		return
	}
	if !within(t.names.texts[id].hash, t.users.bound) {
		c.flags |= moreUsers
		return
	}
	if !t.countIn(&c.users, id, n) {
		if t.full(c.users) {
			c.flags |= moreUsers
		}
		t.insert(&c.users, id, n)
	}
}
