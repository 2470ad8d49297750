package tally

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"

	"rdnsproxy/sshdlog"
)

// Encode writes a Tally that is not finished, for Decode.
func (t *Tally) Encode(w io.Writer) error {
	if t.finished {
		return errors.New("a finished tally cannot be encoded")
	}
	t.expireAll()
	t.evictClients() // Decode refuses clients beyond the bound
	b := bufio.NewWriterSize(w, 64<<10)
	e := &encoder{Encoder: json.NewEncoder(b), t: t, hosts: make([]int, len(t.hosts))}
	e.SetEscapeHTML(false)
	e.header()
	e.counted()
	e.connections()
	e.clients()
	e.put(wireRecord{End: &e.records})
	if e.err != nil {
		return e.err
	}
	return b.Flush()
}

// An encoder writes a tally. Its first error stays.
type encoder struct {
	*json.Encoder
	t       *Tally
	hosts   []int // their numbers in what is written
	records int64
	err     error
}

func (e *encoder) put(r wireRecord) {
	if e.err == nil {
		e.err = e.Encode(r)
		e.records++
	}
}

func (e *encoder) header() {
	t := e.t
	e.err = e.Encode(wireHeader{
		Kind: wireKind, Schema: wireSchema, Hash: wireHash(), Options: t.o.wire(), Part: t.edges != nil,
		Messages: t.messages[:], First: t.first, Last: t.last, Lines: t.seq, Step: t.hours.step,
		Unattributed: t.unattributed, Forged: t.forged, Listed: t.listed.all,
		Bounds: [6]uint64{
			t.hostBound, t.strangers.bound, t.insiders.bound, t.strangers.boundNamed, t.insiders.boundNamed, t.users.bound,
		},
		Others: [2]Counts{t.strangers.others, t.insiders.others}, Unnamed: [2]bool{t.strangers.unnamed, t.insiders.unnamed},
	})
}

// counted writes what has been counted but for the clients.
func (e *encoder) counted() {
	t := e.t
	for _, at := range slices.Sorted(maps.Keys(t.hours.counts)) {
		h := t.hours.counts[at]
		e.put(wireRecord{Hour: &[6]int64{int64(at), h.mapping, h.failed, h.logins, h.dropped, h.pam}})
	}
	for k, h := range t.hosts {
		if h != nil {
			e.hosts[k] = e.hosts[0]
			e.hosts[0]++
			e.put(wireRecord{Host: &wireHost{bytesText(h.name), h.n, h.seq, h.counts.wire()}})
		}
	}
	for some := range slices.Chunk(t.users.sorted(), 1000) {
		e.put(wireRecord{Users: some})
	}
	for _, f := range t.forgeries {
		c := claim{n: 1, forgery: f}
		e.put(wireRecord{Forgery: c.wire()})
	}
	t.listed.cut(t.o.caps.reported)
	for _, c := range t.listed.some {
		e.put(wireRecord{Connection: &wireListed{c, bytesText(c.Host), bytesText(c.Name), bytesText(c.User)}})
	}
}

// connections writes those that are not over.
func (e *encoder) connections() {
	t := e.t
	for i := range t.edges {
		x := &t.edges[i]
		w := wireEdge{Host: e.hosts[x.host], PID: x.pid}
		for j := range x.fragments {
			w.Fragments = append(w.Fragments, e.conn(&x.fragments[j]))
		}
		e.put(wireRecord{Edge: &w})
	}
	for _, number := range t.openNumbers() {
		c := t.conns.at(number)
		w := e.conn(c)
		w.Host, w.PID, w.Edge = e.hosts[c.host], c.pid, int(c.edge)
		e.put(wireRecord{Open: &w})
	}
}

// openNumbers returns the open connections in the order of their last lines.
func (t *Tally) openNumbers() []uint32 {
	var open []uint32
	for _, s := range t.open.slots {
		if s.number != 0 {
			open = append(open, s.number)
		}
	}
	slices.SortFunc(open, func(a, b uint32) int { return cmp.Compare(t.conns.at(a).seq, t.conns.at(b).seq) })
	return open
}

func (e *encoder) conn(c *conn) wireConn {
	d := e.t.detailOf(c)
	w := wireConn{
		Port: c.port, Flags: c.flags, Begin: c.begin, Place: [4]int64{c.n, c.n, c.seq, c.seq},
		Times: [3]uint32{c.first, c.last, c.acted}, Kinds: [2]sshdlog.Kind{c.outcome, c.mapping},
		N:       [9]uint32{c.strays, c.failed, c.pam, c.root, c.keys, c.denied, d.hostbased, c.unsure, d.certs},
		Names:   [6]bytesText{e.name(c.user), e.name(c.known), e.name(c.in), e.name(d.name), e.name(d.named), e.name(d.need)},
		NamesAt: [2]int64{d.nameAt, d.namedAt}, Micro: [2]int64{d.startAt, d.mapAt},
	}
	if d.n0 > 0 {
		w.Place[0], w.Place[2] = d.n0, d.seq0
	}
	if c.is(hasAddr) {
		w.Addr = c.addr.ip()
	}
	if c.doubt != 0 {
		w.Doubt = e.t.doubtful.at(c.doubt).wire()
	}
	return w
}

func (e *encoder) name(id uint32) bytesText { return bytesText(e.t.names.of(id)) }

func (e *encoder) clients() {
	for k := uint32(1); k <= e.t.strangers.n; k++ {
		e.put(wireRecord{Client: e.client(e.t.strangers.at(k))})
	}
	for k := uint32(1); k <= e.t.insiders.n; k++ {
		e.put(wireRecord{Insider: e.client(e.t.insiders.at(k))})
	}
}

func (e *encoder) client(r *record) *wireClient {
	w := &wireClient{
		Addr: r.addr.ip(), Times: [2]uint32{r.first, r.last}, Flags: r.flags, N: r.n, Failed: r.failed, FailedAt: r.failedAt,
		Users: e.entries(r.users), Hosts: e.sample(r.hosts),
	}
	if r.asked != (counter{}) {
		w.Asked = &r.asked
	}
	if r.more == 0 {
		return w
	}
	m := e.t.extras.at(r.more)
	w.More = &wireExtra{
		N: m.n, LoggedIn: e.sample(m.loggedIn), Refused: e.sample(m.refused), Denied: e.sample(m.denied),
		Names: e.sample(m.names), Unlisted: e.sample(m.unlisted), Required: e.sample(m.required), Name: [2]bytesText{e.name(m.nameFirst), e.name(m.nameLast)},
		NameAt: [2]int64{m.nameFirstAt, m.nameLastAt}, Mapping: sshdlog.Kind(m.mapping), MappingAt: m.mappingAt,
		Wait: m.wait,
	}
	if l := &m.login; l.seen {
		w.More.Login = &wireLogin{l.time, e.name(l.host), e.name(l.user), l.failed, l.failedAt, l.asked}
	}
	return w
}

func (e *encoder) sample(s sample) *wireSample {
	if s.ref == 0 {
		return nil
	}
	return &wireSample{Names: e.entries(s.run), More: e.t.counterOf(s)}
}

func (e *encoder) entries(r run) (w []wireEntry) {
	var one [1]entry
	for _, x := range e.t.samples.of(r, &one) {
		if x.id != 0 {
			w = append(w, wireEntry{e.name(x.id), x.n})
		}
	}
	return w
}

func (o *Options) wire() wireOptions {
	return wireOptions{o.Window, o.UnknownUsers, o.Since, o.Until, o.Only}
}

func (h *hostCounts) wire() *wireCounts {
	if h == nil {
		return nil
	}
	w := &wireCounts{
		Messages: h.messages, Connections: h.connections, PAM: h.pam, Logins: h.logins,
		Times: [4]uint32{h.first, h.last, h.firstProof, h.lastProof}, Trust: h.trust, UIDs: h.uids,
		Proofs:  [5]int64{h.complaints, h.named, h.from, h.userHost, h.hostKey},
		Dropped: [2]int64{h.throttled, h.dropLines},
	}
	if h.waits != nil {
		w.Waits = &wireWaits{N: h.waits.n, Longest: h.waits.longest}
		for i, n := range h.waits.steps {
			if n != 0 {
				w.Waits.Steps = append(w.Waits.Steps, [2]uint32{uint32(i), n})
			}
		}
	}
	return w
}

func (d *doubt) wire() *wireDoubt {
	w := &wireDoubt{Sure: d.sure.wire(), Rest: d.rest.wire()}
	for i := range d.one {
		if c := d.one[i].wire(); c != nil {
			w.One = append(w.One, *c)
		}
	}
	return w
}

func (c *claim) wire() *wireClaim {
	if c.n == 0 {
		return nil
	}
	return &wireClaim{c.addr, c.n, bytesText(c.host), bytesText(c.text), c.time, c.client}
}
