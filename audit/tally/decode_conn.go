package tally

import (
	"errors"

	"rdnsproxy/sshdlog"
)

// process returns the key of a process.
func (d *decoder) process(host int, pid uint32) (k key, err error) {
	if host < 0 || host >= len(d.hosts) || pid == 0 {
		return k, errors.New("a process that cannot be")
	}
	return key{d.hosts[host], pid}, nil
}

func (d *decoder) edge(w *wireEdge) error {
	t := d.t
	k, err := d.process(w.Host, w.PID)
	if err != nil {
		return err
	}
	_, twice := t.met[k]
	if t.edges == nil || twice || len(t.edges) > int(t.o.caps.window) || len(w.Fragments) > mostFragments {
		return errors.New("an edge that cannot be")
	}
	t.edges = append(t.edges, edge{key: k})
	t.met[k] = uint32(len(t.edges))
	t.hosts[k.host].edged = true
	e := &t.edges[len(t.edges)-1]
	for i := range w.Fragments {
		c, err := d.conn(k, &w.Fragments[i], true)
		if err != nil {
			return err
		}
		e.fragments = append(e.fragments, c)
	}
	return nil
}

func (d *decoder) openConn(w *wireConn) error {
	t := d.t
	k, err := d.process(w.Host, w.PID)
	if err != nil {
		return err
	}
	c, err := d.conn(k, w, w.Edge != 0)
	if err != nil {
		return err
	}
	if d.open++; d.open > 2*int(t.o.caps.window)+int(min(t.o.Window, 1<<20)) || t.open.get(k, &t.conns) != 0 {
		return errors.New("an open connection that cannot be")
	}
	if w.Edge != 0 {
		if w.Edge < 0 || w.Edge > len(t.edges) {
			return errors.New("an open connection without its edge")
		}
		if e := &t.edges[w.Edge-1]; e.key != k || len(e.fragments) == mostFragments {
			return errors.New("an open connection without its edge")
		}
		c.edge = uint32(w.Edge)
	}
	*t.conns.at(t.newConn(k)) = c
	return nil
}

func (d *decoder) conn(k key, w *wireConn, fragment bool) (conn, error) {
	t := d.t
	c := conn{
		key: k, port: w.Port,
		flags: w.Flags & (kept | looseName) &^ hasAddr,
		begin: w.Begin, n: w.Place[1], seq: w.Place[3],
		first: w.Times[0], last: w.Times[1], acted: w.Times[2], outcome: w.Kinds[0], mapping: w.Kinds[1],
		strays: w.N[0], failed: w.N[1], pam: w.N[2], root: w.N[3],
		keys: w.N[4], denied: w.N[5], unsure: w.N[7],
		user: d.name(w.Names[0]), known: d.name(w.Names[1]), in: d.name(w.Names[2]),
	}
	x := detail{
		name: d.name(w.Names[3]), named: d.name(w.Names[4]), need: d.required(w.Names[5]), hostbased: w.N[6], certs: w.N[8],
		nameAt: w.NamesAt[0], namedAt: w.NamesAt[1], startAt: w.Micro[0], mapAt: w.Micro[1],
	}
	if fragment {
		x.n0, x.seq0 = w.Place[0], w.Place[2]
	}
	if x != (detail{}) {
		*t.detailed(&c) = x
	}
	if w.Addr.IsValid() {
		c.addr, c.flags = w.Addr.As16(), c.flags|hasAddr
	}
	if w.Doubt != nil {
		c.doubt = t.doubtful.add()
		*t.doubtful.at(c.doubt) = w.Doubt.doubt()
	}
	ok := c.begin <= gone && int(c.outcome) < sshdlog.Kinds && (c.mapping == sshdlog.Other || c.mapping.Mapping()) &&
		w.Addr.Zone() == "" && c.outcome != sshdlog.Dropped
	if !ok {
		return c, errors.New("a connection that cannot be")
	}
	return c, errors.Join(
		inLog(0, w.Place[0], c.n, t.hosts[k.host].n), inLog(0, w.Place[2], c.seq, t.seq),
		inLog(0, x.nameAt, t.seq), inLog(0, x.namedAt, t.seq),
		inLog(0, x.startAt, 1<<60), inLog(0, x.mapAt, 1<<60),
	)
}

func (w *wireDoubt) doubt() (d doubt) {
	d.sure.merge(w.Sure.claim())
	d.rest.merge(w.Rest.claim())
	for i := range w.One {
		d.put(w.One[i].claim())
	}
	return d
}

func (w *wireClaim) claim() claim {
	if w == nil {
		return claim{}
	}
	text := w.Text[:min(len(w.Text), longestText)]
	return claim{w.Claims.Unmap(), w.N, newForgery(string(cut([]byte(w.Host))), string(text), w.Time, w.Client)}
}
