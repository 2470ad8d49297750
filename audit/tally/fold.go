package tally

import (
	"rdnsproxy/sshdlog"
)

// fold counts a connection that is over for its client and its host.
func (t *Tally) fold(c *conn) {
	wanted := t.wanted(c)
	t.judgeDoubts(c, wanted)
	if !wanted {
		return
	}
	t.hours.add(c)
	if !c.is(hasAddr) {
		if c.is(tried) || c.mapping != sshdlog.Other {
			t.unattributed++
		}
		return
	}
	if c.is(clashes) && (c.is(loose) || c.is(looseName)) {
		t.unattributed++
		c.loosen()
	}
	h := t.hosts[c.host]
	if h.counts != nil {
		h.counts.fold(c)
	}
	if !t.o.Only.All() && !c.is(noPID) {
		t.listed.add(t.connection(c), t.o.caps.reported)
	}
	n, m, more := numbersOf(c)
	user := uint32(0) // who was asked for in vain
	if !c.is(loggedIn) && c.is(tried) {
		if user = first(c.known, c.user); user != 0 {
			t.users.add(t.names.texts[user].hash) // whether or not the client stays
		}
	}
	table := t.tableOf(c)
	r := t.recordOf(table, c)
	if r == nil {
		table.others.add(countsOf(&n, &m))
		id, _ := c.nameOf()
		table.unnamed = table.unnamed || more && id != 0
		return
	}
	r.flags |= counted
	if c.is(proven) {
		r.flags |= provenClient
	}
	r.seen(c.first)
	r.seen(c.last)
	for i := range n {
		r.n[i] = sum(r.n[i], n[i])
	}
	if within(h.hash, t.hostBound) {
		t.sample(&r.hosts, h.id, 1)
	} else {
		r.flags |= moreHosts
	}
	switch {
	case c.is(loggedIn) || !c.is(tried):
	case user != 0:
		t.sampleUser(r, user, 1)
	case c.is(unknown), c.pam > 0 && c.is(notOnlyPAM):
		r.flags |= moreUsers
	}
	if more {
		t.foldMore(table, r, c, &m)
	}
}

// loosen leaves to a connection only what its lines with an address are sure of: the others can
// be another client's.
func (c *conn) loosen() {
	if c.is(loose) {
		c.failed, c.pam, c.root, c.keys, c.certs, c.denied, c.hostbased, c.unsure = 0, 0, 0, 0, 0, 0, 0, 0
		c.user, c.known, c.need = 0, 0, 0
		c.flags &^= unlisted
	}
	if c.is(looseName) {
		c.mapping, c.name, c.nameAt, c.mapAt = sshdlog.Other, 0, 0, 0
	}
}

// stray counts lines that end a connection of which nothing else is known, not even an address.
func (t *Tally) stray(c *conn) {
	wanted := len(t.o.Only.Clients)+len(t.o.Only.Users) == 0
	t.judgeDoubts(c, wanted)
	if wanted && c.begin == ends {
		t.unattributed += int64(c.strays)
	}
}

// recordOf returns the record of a connection's client; nil: the client is beyond the bound.
func (t *Tally) recordOf(table *records, c *conn) *record {
	number := uint32(0)
	if table == t.strangers {
		number = c.client
	}
	if number == 0 || table.at(number).addr != c.addr {
		number = table.get(&c.addr)
	}
	if number == 0 {
		return nil
	}
	return table.at(number)
}

// tableOf returns the table in which a connection is counted.
func (t *Tally) tableOf(c *conn) *records {
	if c.is(loggedIn) || c.keys > 0 {
		return t.insiders
	}
	return t.strangers
}

// numbersOf returns what a connection adds to its client's numbers; more is false if m and
// all names are zero.
func numbersOf(c *conn) (n [numbers]uint32, m [moreNumbers]uint32, more bool) {
	failed := c.failed
	if failed == 0 {
		failed = c.pam
	}
	n[nUnsure], n[nRoot] = c.unsure, c.root
	switch {
	case c.outcome == sshdlog.Dropped:
		n[nDropped] = c.dropped
		return n, m, false
	case !c.is(notOnlyPAM) && c.is(noPID):
		n[nPAMFailed] = c.pam
		return n, m, false
	case !c.is(notOnlyPAM):
		n[nPAM], n[nPAMFailed] = 1, c.pam
		return n, m, false
	case !c.is(noPID):
		n[nConnections] = 1
	}
	n[nFailed] = failed
	switch {
	case c.is(loggedIn):
		m[nLoggedIn], more = 1, true
	case c.is(tried):
		n[nTried] = 1
	case !c.is(noPID):
		n[nKnocked] = 1
	}
	if c.is(unknown) && c.known == 0 {
		n[nUnknownUser] = 1
	}
	if c.mapping != sshdlog.Other {
		m[nMapping+int(c.mapping-sshdlog.MapFailed)], more = 1, true
		if c.is(loggedIn) {
			m[nLoggedInBad] = 1
		}
	}
	if c.named != 0 {
		m[nNamed], more = 1, true
	}
	m[nRefusedCert] = c.certs
	m[nRefusedKey], m[nNotAllowed], m[nHostbased] = c.keys, c.denied, c.hostbased
	return n, m, more || c.keys > 0 || c.denied > 0 || c.hostbased > 0
}

// foldMore counts what few connections have.
func (t *Tally) foldMore(table *records, r *record, c *conn, n *[moreNumbers]uint32) {
	m := t.extraOf(r)
	for i := range n {
		m.n[i] = sum(m.n[i], n[i])
	}
	t.sample(&m.loggedIn, c.in, 1)
	if c.keys > 0 {
		t.sample(&m.refused, c.known, 1)
	}
	if c.denied > 0 {
		t.sample(&m.denied, c.known, 1)
	}
	t.sample(&m.required, c.need, 1)
	if id, at := c.nameOf(); id != 0 {
		if table.boundNamed != 0 && !within(hash(c.addr[:]), table.boundNamed) {
			table.unnamed = true
		} else {
			t.sample(&m.names, id, 1)
			m.named(id, at)
		}
	}
	if c.mapping != sshdlog.Other {
		if c.is(unlisted) {
			t.sample(&m.unlisted, c.known, 1)
		}
		m.complained(uint8(c.mapping), c.nameAt)
		if w, ok := c.waited(); ok {
			m.wait = max(m.wait, w+1)
		}
	}
}

// nameOf returns the PTR name of a connection's client, and where it stands.
func (c *conn) nameOf() (id uint32, at int64) {
	if c.mapping != sshdlog.Other {
		return c.name, c.nameAt
	}
	return c.named, c.namedAt
}

// fold counts a connection for its host.
func (h *hostCounts) fold(c *conn) {
	switch {
	case c.is(noPID):
	case c.is(notOnlyPAM):
		h.connections++
	default:
		h.pam++
	}
	if c.is(loggedIn) {
		h.logins++
	}
	if w, ok := c.waited(); ok && c.mapping != sshdlog.Other {
		h.waited().add(w)
	}
}

// connection shows a connection.
func (t *Tally) connection(c *conn) Connection {
	s := Connection{
		Host: t.hosts[c.host].name, PID: c.pid, First: int64(c.first), Last: int64(c.last), Mapping: c.mapping,
		Name: t.names.string(first(c.name, c.named)), User: t.names.string(first(c.in, first(c.known, c.user))),
		LoggedIn: c.is(loggedIn), Failed: int64(first(c.failed, c.pam)), Outcome: c.outcome,
	}
	if c.is(hasAddr) {
		s.Addr, s.Port = c.addr.ip(), c.port
	}
	return s
}
