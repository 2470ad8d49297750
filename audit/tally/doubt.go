package tally

import (
	"cmp"
	"net/netip"
	"slices"

	"rdnsproxy/limits"
)

// A forgery is a message that names another address than its connection's, or may do so.
type forgery struct {
	hash       uint64
	host, text string
	time       int64
	client     netip.Addr
}

func newForgery(host, text string, time int64, client netip.Addr) forgery {
	return forgery{hash([]byte(host + "\x00" + text)), host, text, time, client}
}

func (a forgery) compare(b forgery) int {
	return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.time, b.time), cmp.Compare(a.host, b.host),
		cmp.Compare(a.text, b.text), a.client.Compare(b.client))
}

// doubt is what a connection's suspect messages claim. Only when the connection is over, and
// its address is known, can they be judged.
type doubt struct {
	sure claim    // messages with several addresses: one of them is a lie
	one  [2]claim // messages with one address, for the two smallest addresses
	rest claim    // messages with one address, for all others
}

// claim is how many messages claim the same, and the one with the smallest hash.
type claim struct {
	addr netip.Addr
	n    uint32
	forgery
}

func (c *claim) merge(o claim) {
	if o.n == 0 {
		return
	}
	if c.n == 0 || o.compare(c.forgery) < 0 {
		c.forgery = o.forgery
	}
	c.n = sum(c.n, o.n)
}

// put adds messages that claim one address.
func (d *doubt) put(o claim) {
	for i := range d.one {
		c := &d.one[i]
		switch {
		case o.n == 0:
			return
		case c.n == 0:
			*c = o
			return
		case c.addr == o.addr:
			c.merge(o)
			return
		case o.addr.Less(c.addr):
			*c, o = o, *c
		}
	}
	d.rest.merge(o)
}

// doubts counts a suspect message.
func (t *Tally) doubts(c *conn, l *line) {
	e := l.e
	var claimed netip.Addr
	several := false
	for a := range e.Claims() {
		if a = a.Unmap(); e.Sure && a == e.Addr {
			continue
		}
		several = several || e.Sure || claimed.IsValid() && claimed != a
		claimed = a
	}
	if !claimed.IsValid() {
		return
	}
	if c.doubt == 0 {
		c.doubt = t.doubtful.add()
	}
	text := e.Text
	if !t.o.UnknownUsers {
		text = e.Masked()
	}
	f := newForgery(t.hosts[c.host].name, string(text[:min(len(text), longestText)]), int64(l.at), netip.Addr{})
	d := t.doubtful.at(c.doubt)
	if several {
		d.sure.merge(claim{n: e.Repeat, forgery: f})
	} else {
		d.put(claim{claimed, e.Repeat, f})
	}
}

// longestText is how much of a forged message is kept, in bytes: sshd's are no longer.
const longestText = 1024

// joinDoubts adds the doubts b to a, and gives back what is not used any more.
func (t *Tally) joinDoubts(a, b uint32) uint32 {
	if a == 0 || b == 0 {
		return first(a, b)
	}
	d, o := t.doubtful.at(a), t.doubtful.at(b)
	d.sure.merge(o.sure)
	for _, c := range o.one {
		d.put(c)
	}
	d.rest.merge(o.rest)
	t.doubtful.drop(b)
	return a
}

// judgeDoubts counts the forgeries of a connection that is over, if it is wanted.
func (t *Tally) judgeDoubts(c *conn, wanted bool) {
	d := t.doubtful.at(c.doubt)
	defer t.doubtful.drop(c.doubt)
	if !wanted {
		return
	}
	var client netip.Addr
	if c.is(hasAddr) {
		client = c.addr.ip()
	}
	t.forge(d.sure, client)
	if client.IsValid() { // else nobody knows
		for _, o := range d.one {
			if o.addr != client {
				t.forge(o, client)
			}
		}
		t.forge(d.rest, client)
	}
}

func (t *Tally) forge(c claim, client netip.Addr) {
	if c.n > 0 {
		t.forged += int64(c.n)
		c.client = client
		t.sampleForgery(c.forgery)
	}
}

// sampleForgery keeps the forgeries with the smallest hashes.
func (t *Tally) sampleForgery(f forgery) {
	i, same := slices.BinarySearchFunc(t.forgeries, f.hash, func(a forgery, h uint64) int {
		return cmp.Compare(a.hash, h)
	})
	switch {
	case same:
		if f.compare(t.forgeries[i]) < 0 {
			t.forgeries[i] = f
		}
	case i < limits.AuditSample:
		t.forgeries = slices.Insert(t.forgeries, i, f)
		t.forgeries = t.forgeries[:min(len(t.forgeries), limits.AuditSample)]
	}
}
