package tally

import (
	"errors"
)

// Merge adds the Tally of what follows in the log, and consumes it. However a log is cut,
// and in whatever bracketing the parts are merged, the result is that of the whole. It is an
// error if the Options differ, or if one of the Tallies is finished.
//
// Connections do not span hosts, so that Tallies of different hosts can be merged in any
// order. Only a client's FirstLogin, FailedBefore, UsersBefore, NameFirst, NameLast and
// Mapping depend on it.
func (t *Tally) Merge(later *Tally) error {
	switch {
	case t.o.key() != later.o.key():
		return errors.New("the tallies were made with other options")
	case t.finished || later.finished:
		return errors.New("a finished tally cannot be merged")
	}
	if len(t.names.texts) > t.names.limit {
		t.dropNames()
	}
	later.renumber(t.names)
	hosts := t.mergeHosts(later)
	t.mergeEdges(later, hosts)
	t.mergeOpen(later, hosts)
	t.users.merge(&later.users)
	t.mergeClients(later)
	for i, n := range later.messages {
		t.messages[i] += n
	}
	t.seen(later.first)
	t.seen(later.last)
	t.hours.merge(&later.hours)
	t.unattributed += later.unattributed
	t.forged += later.forged
	for _, f := range later.forgeries {
		t.sampleForgery(f)
	}
	t.listed.merge(&later.listed, t.o.caps.reported)
	t.seq += later.seq
	for k, h := range later.hosts {
		if h != nil && h.n > 0 {
			own := t.hosts[hosts[k]]
			own.n += h.n
			own.seq = max(own.seq, t.seq-later.seq+h.seq)
		}
	}
	t.expireAll()
	for k := range t.hosts {
		t.forgetHost(uint32(k))
	}
	*later = Tally{finished: true}
	return nil
}

// mergeHosts returns the numbers here of the later tally's hosts, and adds what was counted
// for them.
func (t *Tally) mergeHosts(later *Tally) []uint32 {
	t.hostBound = lower(t.hostBound, later.hostBound)
	numbers := make([]uint32, len(later.hosts))
	for k, h := range later.hosts {
		if h == nil {
			continue
		}
		number, ok := t.hostNumber[h.name]
		if !ok {
			number = t.newHost([]byte(h.name))
		}
		numbers[k] = number
		if own := t.hosts[number]; own.counts != nil && h.counts != nil {
			own.counts.merge(h.counts)
		}
	}
	t.evictHosts()
	return numbers
}

// mergeEdges lets the later tally's fragments arrive, one by one.
func (t *Tally) mergeEdges(later *Tally, hosts []uint32) {
	for i := range later.edges {
		e := &later.edges[i]
		k := key{hosts[e.host], e.pid}
		shift := t.hosts[k.host].n
		for j := range e.fragments {
			t.arrive(k, t.moved(&e.fragments[j], later, k.host, shift))
		}
		number := later.open.get(e.key, &later.conns)
		if number != 0 && later.conns.at(number).edge == uint32(i+1) {
			continue // its last fragment is open
		}
		if own := t.open.get(k, &t.conns); own != 0 {
			t.end(own)
		}
	}
}

// moved returns the later tally's connection as it is here.
func (t *Tally) moved(c *conn, later *Tally, host uint32, shift int64) *conn {
	m := *c
	m.host, m.edge, m.client, m.insider = host, 0, 0, 0
	m.n += shift
	m.seq += t.seq
	if c.detail != 0 {
		m.detail = t.details.add()
		d := t.details.at(m.detail)
		*d = *later.details.at(c.detail)
		d.n0 += shift
		d.seq0 += t.seq
		d.nameAt += t.seq
		d.namedAt += t.seq
	}
	if c.doubt != 0 {
		m.doubt = t.doubtful.add()
		*t.doubtful.at(m.doubt) = *later.doubtful.at(c.doubt)
	}
	return &m
}

// arrive adds a fragment: to the connection that it belongs to, or as a new one.
func (t *Tally) arrive(k key, f *conn) {
	d := t.detailOf(f)
	a := arrival{begin: f.begin, has: f.is(hasAddr), addr: &f.addr, port: f.port, n: d.n0, seq: d.seq0}
	number, fresh := t.place(k, &a)
	if number == 0 {
		t.stray(f)
		return
	}
	c := t.conns.at(number)
	if fresh {
		f.edge = c.edge
		t.dropDetail(c)
		f.flags |= c.flags & clashes
		*c = *f
	} else {
		t.join(c, f)
	}
}

// mergeOpen takes over the connections that are open at the later tally's end.
func (t *Tally) mergeOpen(later *Tally, hosts []uint32) {
	for _, number := range later.openNumbers() {
		c := later.conns.at(number)
		k := key{hosts[c.host], c.pid}
		m := t.moved(c, later, k.host, t.hosts[k.host].n)
		if c.edge != 0 {
			t.arrive(k, m)
			continue
		}
		if own := t.open.get(k, &t.conns); own != 0 {
			t.end(own)
		}
		*t.conns.at(t.newConn(k)) = *m
	}
}

// mergeClients adds the later tally's clients.
func (t *Tally) mergeClients(later *Tally) {
	// First what precedes a login, while the clients here are still those before it.
	for k := uint32(1); k <= later.insiders.n; k++ {
		b := later.insiders.at(k)
		if b.more == 0 {
			continue
		}
		if l := &later.extras.at(b.more).login; l.seen {
			if own, _ := t.strangers.find(&b.addr); own != 0 {
				r := t.strangers.at(own)
				l.failed, l.failedAt = sum(l.failed, r.failed), max(l.failedAt, r.failedAt)
				l.asked.merge(r.asked)
			}
		}
	}
	t.mergeRecords(t.strangers, later, later.strangers)
	t.mergeRecords(t.insiders, later, later.insiders)
	t.evictIfCrowded()
}

func (t *Tally) mergeRecords(to *records, later *Tally, from *records) {
	to.others.add(from.others)
	to.unnamed = to.unnamed || from.unnamed
	to.bound, to.boundNamed = lower(to.bound, from.bound), lower(to.boundNamed, from.boundNamed)
	for k := uint32(1); k <= from.n; k++ {
		b := from.at(k)
		number := to.get(&b.addr)
		if number == 0 {
			to.others.add(later.counts(b))
			to.unnamed = to.unnamed || b.more != 0 && later.extras.at(b.more).names.ref != 0
			continue
		}
		t.mergeRecord(to.at(number), later, b, t.seq)
	}
}

// eachName visits the numbers of all names that are in use.
func (t *Tally) eachName(visit func(*uint32)) {
	for _, h := range t.hosts {
		if h != nil {
			visit(&h.id)
		}
	}
	for k := uint32(1); k <= t.conns.n; k++ {
		t.conns.at(k).eachName(visit)
	}
	for k := uint32(1); k <= t.details.n; k++ {
		d := t.details.at(k)
		visit(&d.name)
		visit(&d.named)
		visit(&d.need)
	}
	for i := range t.edges {
		for j := range t.edges[i].fragments {
			t.edges[i].fragments[j].eachName(visit)
		}
	}
	for k := uint32(1); k <= t.extras.n; k++ {
		m := t.extras.at(k)
		visit(&m.nameFirst)
		visit(&m.nameLast)
		visit(&m.login.host)
		visit(&m.login.user)
		for _, s := range m.samples() {
			s.eachName(visit)
		}
	}
	t.samples.eachName(visit)
	for _, table := range []*records{t.strangers, t.insiders} {
		for k := uint32(1); k <= table.n; k++ {
			r := table.at(k)
			r.hosts.eachName(visit)
			r.users.eachName(visit)
		}
	}
}

func (c *conn) eachName(visit func(*uint32)) {
	visit(&c.user)
	visit(&c.known)
	visit(&c.in)
}
