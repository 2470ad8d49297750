package tally

import (
	"math"
	"math/rand/v2"
	"strconv"

	"rdnsproxy/sshdlog"
)

// A Tally counts the events of a log, or of one part of it. It is not safe for concurrent
// use; parts are counted by Tallies of their own, and merged. What it counts by client and
// name stops at 4,294,967,295.
type Tally struct {
	o        Options
	finished bool

	messages    [sshdlog.Kinds]int64
	first, last uint32
	seq         int64 // lines so far
	hours       hours

	names      *names
	hosts      []*host // number 0 is none
	hostNumber map[string]uint32
	freeHosts  []uint32
	lastHost   uint32
	swept      int
	counted    int    // hosts with counts
	hostBound  uint64 // the largest hash of one; 0: no bound has been reached

	conns   slab[conn] // without a pid: free
	details slab[detail]
	open    openTable
	begun   uint    // connections so far
	looked  int     // at this chunk of conns last
	due     []int64 // when to look at a chunk again, in lines of the log
	edges   []edge  // nil: nothing precedes
	met     map[key]uint32

	// Connections that logged in, or offered an authorized key, are counted in a table of their own, so
	// that no flood of other clients pushes them out. A client can be in both.
	strangers, insiders *records
	users               smallest // names of users in samples
	extras              slab[extra]
	samples             samples

	unattributed int64
	forged       int64
	forgeries    []forgery
	doubtful     slab[doubt]
	listed       listed
}

// New returns a Tally for a log from its beginning: nothing precedes its first event.
func New(o Options) *Tally {
	o = o.withDefaults()
	return &Tally{
		o: o, names: newNames(o.caps.names), hosts: make([]*host, 1), hostNumber: map[string]uint32{},
		hours:     newHours(o.caps.hours),
		open:      openTable{slots: make([]slot, 64), seed: [2]uint64{rand.Uint64(), rand.Uint64() | 1}},
		users:     smallest{most: o.caps.users},
		strangers: newRecords(&o.caps), insiders: newRecords(&o.caps),
	}
}

// NewPart returns a Tally for a later part of a log. What its first lines belong to shows
// when it is merged into the Tally of what precedes.
func NewPart(o Options) *Tally {
	t := New(o)
	t.edges, t.met = []edge{}, map[key]uint32{}
	return t
}

// Len returns how many clients it has so far. Each takes some 130 bytes.
func (t *Tally) Len() int { return int(t.strangers.n + t.insiders.n) }

// Edges returns of how many processes it has lines that wait for what precedes them. Each takes
// up to 2 KiB, with its host.
func (t *Tally) Edges() int { return len(t.edges) }

// Add counts the event that a frame's message was parsed into. It keeps neither.
func (t *Tally) Add(f *sshdlog.Frame, e *sshdlog.Event) {
	if len(t.names.texts) > t.names.limit {
		t.dropNames()
	}
	t.evictIfCrowded()
	k := t.hostOf(f.Host)
	h := t.hosts[k]
	t.seq++
	h.n++
	h.seq = t.seq
	l := line{e: e, proven: f.Trust != sshdlog.Stranger, at: stamp(f.Time), n: h.n, seq: t.seq}
	t.messages[e.Kind] += int64(e.Repeat)
	t.seen(l.at)
	if h.counts != nil && t.inTime(l.at) {
		h.counts.note(f, e, l.at)
	}
	// What a local user made up belongs to no connection of the server's.
	if h.skip || e.Kind == sshdlog.Other || f.Trust == sshdlog.Local {
		return
	}
	if l.at != 0 {
		l.micro = f.Time*1e6 + int64(max(0, f.Micro))
	}
	if e.Sure {
		l.addr = e.Addr.As16()
	}
	t.addLine(key{k, process(f, e)}, &l)
}

// addLine counts a line for its connection. A line without one, of the listener or without a
// pid, is counted for its client at once.
func (t *Tally) addLine(k key, l *line) {
	begin := begins(l.e.Kind)
	if k.pid == 0 {
		t.addSingle(k, begin, l)
		return
	}
	a := arrival{begin: begin, has: l.e.Sure, addr: &l.addr, n: l.n, seq: l.seq}
	if a.has {
		a.port = l.e.Port
	}
	number, _ := t.place(k, &a)
	if number == 0 {
		t.addSingle(k, begin, l)
		return
	}
	c := t.conns.at(number)
	t.count(c, l)
	t.inOrder(c, l)
	if begin == gone {
		t.end(number)
	}
}

// addSingle counts a line that is of no connection.
func (t *Tally) addSingle(k key, begin begin, l *line) {
	c := conn{key: k, begin: begin, flags: noPID}
	t.count(&c, l)
	t.inOrder(&c, l)
	if k.pid == 0 {
		t.fold(&c)
	} else {
		t.stray(&c)
	}
}

// process returns the pid of the connection that a message is about; 0: it has none.
func process(f *sshdlog.Frame, e *sshdlog.Event) uint32 {
	switch {
	case e.Kind == sshdlog.Timeout && e.Listener: // since 9.8 it names the process
		pid, err := strconv.ParseUint(string(e.Rest), 10, 32)
		if err != nil {
			return 0
		}
		return uint32(pid)
	case e.Listener, e.Kind == sshdlog.Dropped, e.Kind == sshdlog.Penalty, e.Kind == sshdlog.Limited,
		e.Kind == sshdlog.Throttled:
		return 0
	}
	return f.PID
}

// stamp bounds a time: 0 is none. 32 bits are enough until 2106.
func stamp(seconds int64) uint32 {
	if seconds <= 0 || seconds > math.MaxUint32 {
		return 0
	}
	return uint32(seconds)
}

func (t *Tally) seen(at uint32) {
	if at != 0 {
		if t.first == 0 || at < t.first {
			t.first = at
		}
		t.last = max(t.last, at)
	}
}

// evictIfCrowded calls evictClients if that pays.
func (t *Tally) evictIfCrowded() {
	if int(t.strangers.n) > t.strangers.evictAt || int(t.insiders.n) > t.insiders.evictAt {
		t.evictClients()
	}
}

// evictClients removes the clients, and the names of clients, that are beyond the bounds.
func (t *Tally) evictClients() {
	t.evict(t.strangers)
	t.evict(t.insiders)
	for i := uint32(1); i <= t.conns.n; i++ {
		c := t.conns.at(i)
		c.client, c.insider = 0, 0
	}
}
