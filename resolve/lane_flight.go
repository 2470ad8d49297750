package resolve

import (
	"encoding/binary"
	"slices"
	"time"
)

// laneFlight is a question that a lane asks.
type laneFlight struct {
	lane    *Lane
	q       Question
	call    *call // nil: it has landed
	waiters []waiter
	query   []byte // with EDNS
	began   time.Time
	at      int     // the server that is asked
	tries   []uint8 // how often each server was asked
	shots   *shot   // all that were sent, the last one first
	spoiled bool    // an unusable reply came
	queued  bool    // a server has it in its queue

	unreachable bool // for the moment in which a port fails

	links[laneFlight]
}

// shot is one datagram of a flight. It is known by its socket and ID as long as its flight
// lasts, so that a late answer counts, and counts for the datagram that it answers.
type shot struct {
	flight *laneFlight
	server *laneServer
	socket *laneSocket
	id     uint16
	plain  bool // without EDNS
	flies  bool // its answer is in time; it counts in the server's window
	level  int  // how often its flight had been sent to this server before
	sent   time.Time
	epoch  *epoch
	older  *shot // the flight's one before
	fate   fate

	links[shot]
}

// ask asks for an answer on a job's behalf, unless it is known or somebody asks already.
func (l *Lane) ask(s *laneServer, a *account) {
	x := a.take()
	w := waiter{x.who, a}
	known := &l.r.stub.shared
	known.mu.Lock()
	c := known.find(x.q)
	switch {
	case c != nil && c.finished && l.now.Before(c.until):
		known.mu.Unlock()
		a.left++
		l.tell(w, c.recall(l.now))
	case c != nil && !c.finished && c.flight != nil && c.flight.lane == l:
		f := c.flight
		known.mu.Unlock()
		f.waiters = append(f.waiters, w)
		a.atOnce++
	case c != nil && !c.finished:
		there := &laneWait{lane: l, waiter: w}
		c.abroad = append(c.abroad, there)
		known.mu.Unlock()
		l.abroad[there] = struct{}{}
		a.atOnce++
	default:
		f := l.spares.flight()
		f.lane = l // other lanes look at it, once the call is known
		c = &call{flight: f}
		known.put(x.q, c)
		known.mu.Unlock()
		a.atOnce++
		f.q, f.call, f.began, f.waiters = x.q, c, l.now, append(f.waiters[:0], w)
		l.flights.push(f)
		l.launch(f, s)
	}
	l.turns.add(a)
}

// recall is a cached answer, nil if there is none.
func (l *Lane) recall(q Question) *Answer {
	known := &l.r.stub.shared
	known.mu.Lock()
	defer known.mu.Unlock()
	c := known.find(q)
	if c == nil || !c.finished || !l.now.Before(c.until) {
		return nil
	}
	return c.recall(l.now)
}

// launch sends a flight for the first time.
func (l *Lane) launch(f *laneFlight, s *laneServer) {
	query, err := appendQuery(f.query[:0], f.q)
	if err != nil { // the name is too long for DNS
		l.land(f, nil)
		return
	}
	f.query = query
	f.tries = f.tries[:0]
	for range l.servers {
		f.tries = append(f.tries, 0)
	}
	s.enqueue(f)
}

// sends is how often a question is sent to a server before that counts as silent (RFC 9520,
// section 3.1).
const sends = 3

// again sends a flight to the next server, or else leaves it to its patience. The last time,
// a single server that does not seem to lose anything is left more time: it may be slow, or
// just being started.
func (l *Lane) again(f *laneFlight) {
	if f.queued || f.call == nil {
		return
	}
	if f.spoiled {
		l.handOver(f)
		return
	}
	next := -1
	for i := range l.servers {
		at := (f.at + 1 + i) % len(l.servers)
		if f.tries[at] < sends && (next < 0 || l.servers[next].down && !l.servers[at].down) {
			next = at
		}
	}
	switch lossy := l.servers[f.at].lossy(); {
	case next >= 0 && lossy && f.tries[next] == sends-1:
		l.handOver(f) // it may have been bad luck
	case next >= 0 && len(l.servers) == 1 && f.tries[0] == sends-1:
		l.later.push(f, l.now.Add(l.patience/2))
	case next >= 0:
		l.servers[next].enqueue(f)
	}
}

// giveUp ends a flight that nobody has answered in its time: as on the ordinary way, the
// first server's silence is told.
func (l *Lane) giveUp(f *laneFlight) {
	status := Timeout
	if f.spoiled {
		status = Invalid
	}
	if (f.spoiled || l.servers[f.at].lossy()) && slices.Min(f.tries) < sends {
		l.handOver(f)
		return
	}
	l.land(f, &Answer{Question: f.q, Status: status, Source: l.servers[f.first()].source})
}

// handOver has the ordinary way gone, which sends less for what has been sent here.
func (l *Lane) handOver(f *laneFlight) {
	l.r.stub.shared.left(f.q, f.tries)
	l.land(f, nil)
}

// first is the server that was asked first.
func (f *laneFlight) first() int {
	at := f.at
	for x := f.shots; x != nil; x = x.older {
		at = x.server.index
	}
	return at
}

// land ends a flight with an answer, which is cached and told to all who want it.
func (l *Lane) land(f *laneFlight, a *Answer) {
	for x := f.shots; x != nil; {
		older := x.older
		x.server.forget(x)
		l.spares.giveShot(x)
		x = older
	}
	f.shots = nil
	l.flights.remove(f)
	c := f.call
	f.call = nil
	if a != nil {
		a.Took = l.now.Sub(f.began)
		c.answer, c.until, c.lapses = a, l.r.stub.shared.expiry(a, l.now), l.now.Add(a.TTL)
	}
	l.r.stub.shared.finish(f.q, c)
	for i, w := range f.waiters {
		w.account.atOnce--
		l.tell(w, a)
		l.turns.add(w.account)
		f.waiters[i] = waiter{}
	}
	f.waiters = f.waiters[:0]
	if !f.queued {
		l.spares.giveFlight(f)
	}
}

// query is the flight's query for a shot: with its ID, and as it was sent.
func (x *shot) query() []byte {
	b := x.flight.query
	binary.BigEndian.PutUint16(b, x.id)
	if !x.plain {
		b[11] = 1
		return b
	}
	b[11] = 0 // ARCOUNT
	return b[:len(b)-optSize]
}
