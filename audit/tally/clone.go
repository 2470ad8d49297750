package tally

import (
	"maps"
	"slices"
)

// Clone returns a copy that goes its own way: of a log that still grows, a copy can be
// finished and read.
func (t *Tally) Clone() *Tally {
	c := *t
	c.hours = t.hours.clone()
	c.names = t.names.clone()
	c.hosts = make([]*host, len(t.hosts))
	for k, h := range t.hosts {
		if h != nil {
			c.hosts[k] = h.clone()
		}
	}
	c.users.hashes = maps.Clone(t.users.hashes)
	c.hostNumber = maps.Clone(t.hostNumber)
	c.freeHosts = slices.Clone(t.freeHosts)
	c.conns = t.conns.clone()
	c.due = slices.Clone(t.due)
	c.details = t.details.clone()
	c.open.slots = slices.Clone(t.open.slots)
	c.edges = slices.Clone(t.edges)
	for i := range c.edges {
		c.edges[i].fragments = slices.Clone(c.edges[i].fragments)
	}
	c.met = maps.Clone(t.met)
	c.strangers, c.insiders = t.strangers.clone(), t.insiders.clone()
	c.extras = t.extras.clone()
	c.samples = samples{
		t.samples.runs2.clone(), t.samples.runs4.clone(), t.samples.runs8.clone(),
		t.samples.wide.clone(),
	}
	c.forgeries = slices.Clone(t.forgeries)
	c.doubtful = t.doubtful.clone()
	c.listed.some = slices.Clone(t.listed.some)
	return &c
}

func (s *slab[T]) clone() slab[T] {
	c := slab[T]{make([]*[1 << slabBits]T, len(s.chunks)), s.n, slices.Clone(s.free)}
	for i := range s.chunks {
		chunk := *s.chunks[i]
		c.chunks[i] = &chunk
	}
	return c
}

// clone shares the bytes, which never change; but only the original goes on to fill them up.
func (n *names) clone() *names {
	c := *n
	c.table, c.texts = slices.Clone(n.table), slices.Clone(n.texts)
	c.bytes = make([][]byte, len(n.bytes))
	for i, b := range n.bytes {
		c.bytes[i] = slices.Clip(b)
	}
	return &c
}

func (h *host) clone() *host {
	c := *h
	if h.counts != nil {
		counts := *h.counts
		counts.uids = slices.Clone(counts.uids)
		if counts.waits != nil {
			w := *counts.waits
			counts.waits = &w
		}
		c.counts = &counts
	}
	return &c
}

func (h *hours) clone() hours {
	c := hours{step: h.step, most: h.most, counts: make(map[uint32]*hour, len(h.counts))}
	for at, x := range h.counts {
		y := *x
		c.counts[at] = &y
	}
	return c
}

func (r *records) clone() *records {
	c := *r
	c.table, c.slab = slices.Clone(r.table), r.slab.clone()
	return &c
}
