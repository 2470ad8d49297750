package tally

import (
	"rdnsproxy/sshdlog"
)

// fold counts a connection that is over for its client and its host.
func (t *Tally) fold(c *conn) {
	wanted := t.wanted(c)
	if c.doubt != 0 {
		t.judgeDoubts(c, wanted)
	}
	if wanted {
		t.foldWanted(c)
	}
	t.dropDetail(c)
}

func (t *Tally) foldWanted(c *conn) {
	t.hours.add(c)
	if !c.is(hasAddr) {
		if c.is(tried) || c.mapping != sshdlog.Other {
			t.unattributed++
		}
		return
	}
	d := t.detailOf(c)
	if c.is(clashes) && (c.is(loose) || c.is(looseName)) {
		t.unattributed++
		c.loosen(d)
	}
	h := t.hosts[c.host]
	if h.counts != nil {
		h.counts.fold(c, d)
	}
	if !t.o.Only.All() && !c.is(noPID) {
		t.listed.add(t.connection(c), t.o.caps.reported)
	}
	user := uint32(0) // who was asked for in vain
	if !c.is(loggedIn) && c.is(tried) {
		if user = first(c.known, c.user); user != 0 {
			t.users.add(t.names.texts[user].hash) // whether or not the client stays
		}
	}
	r := t.recordOf(c)
	if r == nil {
		t.foldBeyond(c, d)
		return
	}
	r.flags |= counted
	if c.is(proven) {
		r.flags |= provenClient
	}
	r.seen(c.first)
	r.seen(c.last)
	c.addNumbers(&r.n)
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
	if c.hasMore(d) {
		t.foldMore(r, c, d)
	}
}

// loosen leaves to a connection only what its lines with an address are sure of: the others can
// be another client's.
func (c *conn) loosen(d *detail) {
	if c.is(loose) {
		c.failed, c.pam, c.root, c.keys, c.denied, c.unsure = 0, 0, 0, 0, 0, 0
		c.user, c.known = 0, 0
		c.flags &^= unlisted
	}
	if c.is(looseName) {
		c.mapping = sshdlog.Other
	}
	d.loosen(c)
}

// foldBeyond counts a connection of a client that is beyond the bound.
func (t *Tally) foldBeyond(c *conn, d *detail) {
	table, _ := t.tableOf(c)
	var n [numbers]uint32
	var m [moreNumbers]uint32
	c.addNumbers(&n)
	if c.hasMore(d) {
		c.addMore(d, &m)
		id, _ := d.nameOf(c)
		table.unnamed = table.unnamed || id != 0
	}
	table.others.add(countsOf(&n, &m))
}

// stray counts lines that end a connection of which nothing else is known, not even an address.
func (t *Tally) stray(c *conn) {
	wanted := len(t.o.Only.Clients)+len(t.o.Only.Users) == 0
	if c.doubt != 0 {
		t.judgeDoubts(c, wanted)
	}
	t.dropDetail(c)
	if wanted && c.begin == ends {
		t.unattributed += int64(c.strays)
	}
}

// recordOf returns the record of a connection's client; nil: the client is beyond the bound.
func (t *Tally) recordOf(c *conn) *record {
	table, number := t.tableOf(c)
	if table.known(number, &c.addr) == 0 {
		return nil
	}
	return table.at(*number)
}

// tableOf returns the table in which a connection is counted, and where the number of its
// client's record there is kept.
func (t *Tally) tableOf(c *conn) (*records, *uint32) {
	if c.is(loggedIn) || c.keys > 0 {
		return t.insiders, &c.insider
	}
	return t.strangers, &c.client
}

// addNumbers adds a connection to its client's numbers.
func (c *conn) addNumbers(n *[numbers]uint32) {
	n[nUnsure] = sum(n[nUnsure], c.unsure)
	n[nRoot] = sum(n[nRoot], c.root)
	switch {
	case c.outcome == sshdlog.Dropped:
		n[nDropped] = sum(n[nDropped], c.dropped)
		return
	case !c.is(notOnlyPAM):
		if !c.is(noPID) {
			n[nPAM] = sum(n[nPAM], 1)
		}
		n[nPAMFailed] = sum(n[nPAMFailed], c.pam)
		return
	case !c.is(noPID):
		n[nConnections] = sum(n[nConnections], 1)
	}
	n[nFailed] = sum(n[nFailed], first(c.failed, c.pam))
	switch {
	case c.is(loggedIn):
	case c.is(tried):
		n[nTried] = sum(n[nTried], 1)
	case !c.is(noPID):
		n[nKnocked] = sum(n[nKnocked], 1)
	}
	if c.is(unknown) && c.known == 0 {
		n[nUnknownUser] = sum(n[nUnknownUser], 1)
	}
}

// hasMore reports whether a connection has what only few have.
func (c *conn) hasMore(d *detail) bool {
	return c.outcome != sshdlog.Dropped && c.is(notOnlyPAM) &&
		(c.is(loggedIn) || c.mapping != sshdlog.Other || c.keys > 0 || c.denied > 0 || d.named != 0 || d.hostbased > 0)
}

// addMore adds it to its client's numbers.
func (c *conn) addMore(d *detail, m *[moreNumbers]uint32) {
	if c.is(loggedIn) {
		m[nLoggedIn] = sum(m[nLoggedIn], 1)
	}
	if c.mapping != sshdlog.Other {
		kind := nMapping + int(c.mapping-sshdlog.MapFailed)
		m[kind] = sum(m[kind], 1)
		if c.is(loggedIn) {
			m[nLoggedInBad] = sum(m[nLoggedInBad], 1)
		}
	}
	if d.named != 0 {
		m[nNamed] = sum(m[nNamed], 1)
	}
	m[nRefusedCert] = sum(m[nRefusedCert], d.certs)
	m[nRefusedKey] = sum(m[nRefusedKey], c.keys)
	m[nNotAllowed] = sum(m[nNotAllowed], c.denied)
	m[nHostbased] = sum(m[nHostbased], d.hostbased)
}

// foldMore counts what few connections have.
func (t *Tally) foldMore(r *record, c *conn, d *detail) {
	m := t.extraOf(r)
	c.addMore(d, &m.n)
	t.sample(&m.loggedIn, c.in, 1)
	if c.keys > 0 {
		t.sample(&m.refused, c.known, 1)
	}
	if c.denied > 0 {
		t.sample(&m.denied, c.known, 1)
	}
	t.sample(&m.required, d.need, 1)
	if id, at := d.nameOf(c); id != 0 {
		if table, _ := t.tableOf(c); table.boundNamed != 0 && !within(hash(c.addr[:]), table.boundNamed) {
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
		m.complained(uint8(c.mapping), d.nameAt)
		if w, ok := d.waited(); ok {
			m.wait = max(m.wait, w+1)
		}
	}
}

// nameOf returns the PTR name of a connection's client, and where it stands.
func (d *detail) nameOf(c *conn) (id uint32, at int64) {
	if c.mapping != sshdlog.Other {
		return d.name, d.nameAt
	}
	return d.named, d.namedAt
}

// fold counts a connection for its host.
func (h *hostCounts) fold(c *conn, d *detail) {
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
	if c.mapping != sshdlog.Other {
		if w, ok := d.waited(); ok {
			h.waited().add(w)
		}
	}
}

// connection shows a connection.
func (t *Tally) connection(c *conn) Connection {
	d := t.detailOf(c)
	s := Connection{
		Host: t.hosts[c.host].name, PID: c.pid, First: int64(c.first), Last: int64(c.last), Mapping: c.mapping,
		Name: t.names.string(first(d.name, d.named)), User: t.names.string(first(c.in, first(c.known, c.user))),
		LoggedIn: c.is(loggedIn), Failed: int64(first(c.failed, c.pam)), Outcome: c.outcome,
	}
	if c.is(hasAddr) {
		s.Addr, s.Port = c.addr.ip(), c.port
	}
	return s
}
