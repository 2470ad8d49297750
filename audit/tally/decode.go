package tally

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"rdnsproxy/limits"
	"rdnsproxy/sshdlog"
)

// ErrVersion is the error of Decode for a tally that another version of the program wrote.
var ErrVersion = errors.New("the tally is of another version of rdnsproxy")

// Decode reads what Encode has written. A Tally of another version is ErrVersion. The file may
// be a stranger's: then the numbers are as wrong as he likes, but no larger than a log's can
// be, and the names as long.
func Decode(r io.Reader) (*Tally, error) {
	d := &decoder{Reader: bufio.NewReaderSize(r, 64<<10)}
	t, err := d.decode(caps{})
	if err != nil && !errors.Is(err, ErrVersion) {
		err = fmt.Errorf("line %d of the tally: %w", d.line, err)
	}
	return t, err
}

type decoder struct {
	*bufio.Reader
	line  int
	t     *Tally
	hosts []uint32 // their numbers in t
	open  int
	ended bool
}

func (d *decoder) decode(caps caps) (*Tally, error) {
	line, err := d.next()
	if err != nil {
		return nil, err
	}
	if err := d.header(line, caps); err != nil {
		return nil, err
	}
	for !d.ended {
		var w wireRecord
		if line, err = d.next(); err != nil {
			return nil, err
		}
		if err = strict(line, &w); err != nil {
			return nil, err
		}
		if err = d.record(&w); err != nil {
			return nil, err
		}
		if t := d.t; len(t.names.texts) > t.names.limit {
			t.dropNames()
		}
	}
	if _, err = d.ReadByte(); err != io.EOF {
		return nil, errors.New("something follows the end")
	}
	return d.t, nil
}

// next returns the next line, which is bounded.
func (d *decoder) next() ([]byte, error) {
	d.line++
	var line []byte
	for {
		part, err := d.ReadSlice('\n')
		if len(line)+len(part) > longestLine {
			return nil, errors.New("too long")
		}
		if err == nil && line == nil {
			return part, nil
		}
		line = append(line, part...)
		switch {
		case err == nil:
			return line, nil
		case err == io.EOF:
			return nil, errors.New("the end is missing")
		case err != bufio.ErrBufferFull:
			return nil, err
		}
	}
}

// strict reads JSON in which every member is known.
func strict(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

func (d *decoder) header(line []byte, caps caps) error {
	var h wireHeader
	err := json.Unmarshal(line, &h)
	if h.Kind != wireKind {
		return errors.New("this is no tally of rdnsproxy")
	}
	if h.Schema != wireSchema || h.Hash != wireHash() {
		return ErrVersion
	}
	if err == nil {
		err = strict(line, &h)
	}
	if err != nil {
		return err
	}
	if len(h.Messages) != sshdlog.Kinds {
		return ErrVersion
	}
	o := Options{
		Window: h.Options.Window, UnknownUsers: h.Options.UnknownUsers, Since: h.Options.Since, Until: h.Options.Until,
		Only: h.Options.Only, caps: caps,
	}
	t := New(o)
	if h.Part {
		t = NewPart(o)
	}
	d.t = t
	copy(t.messages[:], h.Messages)
	t.first, t.last, t.seq = h.First, h.Last, h.Lines
	t.unattributed, t.forged, t.listed.all = h.Unattributed, h.Forged, h.Listed
	t.hostBound, t.plain.bound, t.kept.bound = h.Bounds[0], h.Bounds[1], h.Bounds[2]
	t.plain.boundNamed, t.kept.boundNamed = h.Bounds[3], h.Bounds[4]
	t.plain.others, t.kept.others = h.Others[0], h.Others[1]
	t.plain.unnamed, t.kept.unnamed = h.Unnamed[0], h.Unnamed[1]
	switch h.Step {
	case 3600:
	case day:
		t.hours.byDays()
	default:
		return errors.New("a step of time is an hour or a day")
	}
	return inLog(0, t.seq, 1<<53)
}

// inLog checks that places in a log are in order.
func inLog(places ...int64) error {
	for i := 1; i < len(places); i++ {
		if places[i-1] > places[i] {
			return errors.New("a place is out of order")
		}
	}
	return nil
}

func (d *decoder) record(w *wireRecord) error {
	t := d.t
	switch {
	case w.Hour != nil:
		h := w.Hour
		if stamp(h[0]) == 0 && h[0] != 0 {
			return errors.New("a time that is none")
		}
		t.hours.put(&hour{uint32(h[0]), h[1], h[2], h[3], h[4], h[5]})
	case w.Host != nil:
		return d.host(w.Host)
	case w.Forgery != nil:
		t.sampleForgery(w.Forgery.claim().forgery)
	case w.Connection != nil:
		return d.connection(w.Connection)
	case w.Edge != nil:
		return d.edge(w.Edge)
	case w.Open != nil:
		return d.openConn(w.Open)
	case w.Client != nil:
		return d.client(t.plain, w.Client)
	case w.Kept != nil:
		return d.client(t.kept, w.Kept)
	case w.End != nil:
		d.ended = true
		if *w.End != int64(d.line)-2 {
			return errors.New("lines are missing")
		}
	default:
		return errors.New("an empty record")
	}
	return nil
}

func (d *decoder) host(w *wireHost) error {
	t := d.t
	if len(d.hosts) > 3*(t.o.caps.hosts+int(t.o.caps.window))+64 {
		return errors.New("too many hosts")
	}
	name := cut([]byte(w.Name))
	if _, ok := t.hostNumber[string(name)]; ok {
		return errors.New("a host is there twice")
	}
	k := t.newHost(name)
	d.hosts = append(d.hosts, k)
	h := t.hosts[k]
	h.n, h.seq = w.N, w.Seq
	if w.Counts != nil && h.counts != nil {
		h.counts = w.Counts.counts()
	}
	return errors.Join(inLog(0, w.N, t.seq), inLog(0, w.Seq, t.seq))
}

func (d *decoder) connection(w *wireListed) error {
	t, c := d.t, w.Connection
	if int(c.Mapping) >= sshdlog.Kinds || int(c.Outcome) >= sshdlog.Kinds || c.Addr.Zone() != "" {
		return errors.New("a connection that cannot be")
	}
	c.Host, c.Name, c.User = string(cut([]byte(w.Host))), string(cut([]byte(w.Name))), string(cut([]byte(w.User)))
	all := t.listed.all
	t.listed.add(c, t.o.caps.reported)
	t.listed.all = all
	return nil
}

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
		c, err := d.conn(k, &w.Fragments[i])
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
	c, err := d.conn(k, w)
	if err != nil {
		return err
	}
	if d.open++; d.open > 2*int(t.o.caps.window)+int(min(t.o.Window, 1<<20)) || t.open.get(k) != 0 {
		return errors.New("an open connection that cannot be")
	}
	if w.Edge != 0 {
		if w.Edge < 0 || w.Edge > len(t.edges) || t.edges[w.Edge-1].key != k || len(t.edges[w.Edge-1].fragments) == mostFragments {
			return errors.New("an open connection without its edge")
		}
		c.edge = uint32(w.Edge)
	}
	number := t.begin(k, &arrival{begin: c.begin, n: c.n, seq: c.seq}, 0)
	to := t.conns.at(number)
	c.next, c.queued = to.next, to.queued
	*to = c
	return nil
}

func (d *decoder) conn(k key, w *wireConn) (conn, error) {
	t := d.t
	c := conn{
		pid: k.pid, host: k.host, port: w.Port, flags: w.Flags & (closed | loggedIn | tried | unknown | matches | told | proven),
		begin: w.Begin, n0: w.Place[0], n: w.Place[1], seq0: w.Place[2], seq: w.Place[3],
		first: w.Times[0], last: w.Times[1], acted: w.Times[2], outcome: w.Kinds[0], mapping: w.Kinds[1],
		strays: w.N[0], failed: w.N[1], pam: w.N[2], root: w.N[3], keys: w.N[4], denied: w.N[5], hostbased: w.N[6], unsure: w.N[7],
		user: d.name(w.Names[0]), known: d.name(w.Names[1]), in: d.name(w.Names[2]),
		name: d.name(w.Names[3]), named: d.name(w.Names[4]), need: d.name(w.Names[5]),
		nameAt: w.NamesAt[0], namedAt: w.NamesAt[1], startAt: w.Micro[0], mapAt: w.Micro[1],
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
		inLog(0, c.n0, c.n, t.hosts[k.host].n), inLog(0, c.seq0, c.seq, t.seq),
		inLog(0, c.nameAt, t.seq), inLog(0, c.namedAt, t.seq),
		inLog(0, c.startAt, 1<<60), inLog(0, c.mapAt, 1<<60),
	)
}

func (d *decoder) name(s bytesText) uint32 { return d.t.names.id([]byte(s)) }

func (d *decoder) client(table *records, w *wireClient) error {
	t := d.t
	t.leaveCrowd()
	if !w.Addr.IsValid() || w.Addr.Zone() != "" {
		return errors.New("a client without an address")
	}
	a := address(w.Addr.As16())
	if k, _ := table.find(&a); k != 0 {
		return errors.New("a client is there twice")
	}
	number := table.get(&a)
	if number == 0 {
		return errors.New("a client beyond the bound")
	}
	r := table.at(number)
	r.first, r.last, r.flags, r.n, r.failed = w.Times[0], w.Times[1], w.Flags, w.N, w.Failed
	if w.Asked != nil {
		r.asked = *w.Asked
	}
	if len(w.Users) > limits.AuditSample {
		return errors.New("a sample that is too large")
	}
	for _, x := range w.Users {
		t.sampleUser(r, d.name(x.Name), x.N)
	}
	if err := d.sample(&r.hosts, w.Hosts); err != nil || w.More == nil {
		return err
	}
	return d.extra(t.extraOf(r), w.More)
}

func (d *decoder) extra(m *extra, w *wireExtra) error {
	m.n, m.wait = w.N, w.Wait
	m.nameFirst, m.nameLast = d.name(w.Name[0]), d.name(w.Name[1])
	m.nameFirstAt, m.nameLastAt = w.NameAt[0], w.NameAt[1]
	m.mapping, m.mappingAt = uint8(w.Mapping), w.MappingAt
	if l := w.Login; l != nil {
		m.login = login{true, l.Time, d.name(l.Host), d.name(l.User), l.Failed, l.Asked}
	}
	if m.mapping != 0 && !w.Mapping.Mapping() {
		return errors.New("a complaint that is none")
	}
	seq := d.t.seq
	err := errors.Join(inLog(0, m.nameFirstAt, seq), inLog(0, m.nameLastAt, seq), inLog(0, m.mappingAt, seq), inLog(0, m.wait, mostWait+1))
	for i, s := range []*wireSample{w.LoggedIn, w.Refused, w.Denied, w.Names, w.Required} {
		err = errors.Join(err, d.sample(m.samples()[i], s))
	}
	return err
}

func (d *decoder) sample(s *sample, w *wireSample) error {
	if w == nil {
		return nil
	}
	if len(w.Names) > limits.AuditSample {
		return errors.New("a sample that is too large")
	}
	for _, x := range w.Names {
		d.t.sample(s, d.name(x.Name), x.N)
	}
	if w.More != nil {
		d.t.widen(s).merge(*w.More)
	}
	return nil
}

func (w *wireCounts) counts() *hostCounts {
	h := &hostCounts{
		messages: w.Messages, connections: w.Connections, pam: w.PAM, logins: w.Logins, first: w.Times[0], last: w.Times[1],
		firstProof: w.Times[2], lastProof: w.Times[3], trust: w.Trust, complaints: w.Proofs[0], named: w.Proofs[1],
		from: w.Proofs[2], userHost: w.Proofs[3], hostKey: w.Proofs[4],
	}
	for _, u := range w.UIDs {
		h.uid(u)
	}
	if w.Waits != nil {
		x := h.waited()
		x.n, x.longest = w.Waits.N, w.Waits.Longest
		for _, s := range w.Waits.Steps {
			x.steps[s[0]%uint32(len(x.steps))] = s[1]
		}
	}
	return h
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
