package tally

import "rdnsproxy/sshdlog"

// A detail is what few connections have: those that there was a complaint about, or whose
// beginning is logged, and fragments of which it is not known what precedes.
type detail struct {
	n0, seq0 int64 // the first line of a fragment, as conn.n and conn.seq

	name            uint32 // number of a name, in the complaint
	named           uint32 // by which the server knew the client
	need            uint32 // required=, and where the key is
	hostbased       uint32
	certs           uint32 // of conn.keys, certificates that refused by themselves
	nameAt, namedAt int64  // where name and named stand, in lines of the log
	startAt, mapAt  int64  // microseconds since 1970; 0: not seen
}

// detailOf returns what a connection has, not to be changed.
func (t *Tally) detailOf(c *conn) *detail {
	if c.detail == 0 {
		return &noDetail
	}
	return t.details.at(c.detail)
}

var noDetail detail

// detailed returns a connection's detail, a new one if it has none.
func (t *Tally) detailed(c *conn) *detail {
	if c.detail == 0 {
		c.detail = t.details.add()
	}
	return t.details.at(c.detail)
}

// dropDetail gives back what a connection has.
func (t *Tally) dropDetail(c *conn) {
	if c.detail != 0 {
		t.details.drop(c.detail)
		c.detail = 0
	}
}

// loosen does what conn.loosen does.
func (d *detail) loosen(c *conn) {
	if c.detail == 0 {
		return
	}
	if c.is(loose) {
		d.need, d.hostbased, d.certs = 0, 0, 0
	}
	if c.is(looseName) {
		d.name, d.nameAt, d.mapAt = 0, 0, 0
	}
}

// joinDetails adds what the fragment o has, and gives it back. It is called before c takes o's
// complaint.
func (t *Tally) joinDetails(c, o *conn) {
	if o.detail == 0 {
		return
	}
	d, f := t.detailed(c), t.details.at(o.detail)
	if c.mapping == sshdlog.Other {
		d.name, d.nameAt, d.mapAt = f.name, f.nameAt, f.mapAt
	}
	if d.named == 0 {
		d.named, d.namedAt = f.named, f.namedAt
	}
	d.need = first(d.need, f.need)
	d.hostbased = sum(d.hostbased, f.hostbased)
	d.certs = sum(d.certs, f.certs)
	if d.startAt == 0 {
		d.startAt = f.startAt
	}
	t.dropDetail(o)
}
