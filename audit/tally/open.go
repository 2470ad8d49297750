package tally

// Which connection does a line belong to? The open one of its host and pid, unless too many
// lines are between them, or their addresses or ports differ, or the connection is closed and
// the line does not end a connection.
//
// In a later part of a log, nobody knows what precedes the first lines of a process. They are
// kept as an edge: a list of fragments. All lines of a fragment belong to whatever precedes
// it, or none does, so that Merge can treat it as one line. A line begins another fragment if
// it has an address, or a port, and the fragment before has none: then an unknown connection
// can fit the one and not the other. So there are at most three. The edge ends with the first
// line that begins a connection whatever precedes.

// An arrival is what decides to which connection a line or a fragment belongs.
type arrival struct {
	begin  begin
	has    bool
	addr   *address // if has
	port   uint16
	n, seq int64
}

// verdict says whether what arrives belongs to a connection.
type verdict uint8

const (
	joins verdict = iota
	apart
	either // it depends on what precedes
)

func (t *Tally) belongs(c *conn, a *arrival) verdict {
	if a.n-c.n > t.o.Window || a.seq-c.seq > t.o.caps.window {
		return apart
	}
	if c.is(closed) && a.begin == opens {
		return apart
	}
	if !a.has {
		return joins
	}
	if !c.is(hasAddr) {
		if c.edge != 0 {
			return either
		}
		return joins
	}
	if *a.addr != c.addr {
		return apart
	}
	if a.port == 0 || a.port == c.port {
		return joins
	}
	if c.port != 0 {
		return apart
	}
	if c.edge != 0 {
		return either
	}
	return joins
}

// A key is a process: a host's number and a pid.
type key struct{ host, pid uint32 }

// mostFragments is how many fragments an edge can have.
const mostFragments = 3

// An edge is what a part of a log has of a process before it is known what precedes.
type edge struct {
	key
	fragments []conn
}

// place returns the number of the connection to which an arrival belongs, and whether that is
// a new one; 0: it belongs to none.
func (t *Tally) place(k key, a *arrival) (number uint32, fresh bool) {
	number = t.open.get(k)
	unsettled, clash := uint32(0), flags(0)
	if number != 0 {
		c := t.conns.at(number)
		if t.clash(c, a) {
			clash = clashes
			c.flags |= clashes
		}
		switch t.belongs(c, a) {
		case joins:
			return number, false
		case either:
			unsettled = c.edge
		}
		t.end(number)
	} else if t.edges != nil && a.n <= t.o.Window && a.seq <= t.o.caps.window {
		if _, met := t.met[k]; !met {
			t.edges = append(t.edges, edge{key: k})
			unsettled = uint32(len(t.edges))
			t.met[k] = unsettled
			t.hosts[k.host].edged = true
		}
	}
	if unsettled == 0 && (a.begin == gone || a.begin == ends && !a.has) {
		return 0, false
	}
	number = t.begin(k, a, unsettled)
	t.conns.at(number).flags |= clash
	return number, true
}

// clash reports whether an arrival is of another client than a connection of its process that is
// not over. Then two servers share a host's name and a process ID, such as in containers; or
// sshd did not log the end of the connection, and the ID is used again.
func (t *Tally) clash(c *conn, a *arrival) bool {
	return a.has && c.is(hasAddr) && *a.addr != c.addr && !c.is(closed) &&
		a.n-c.n <= t.o.Window && a.seq-c.seq <= t.o.caps.window
}

// begin returns the number of a new connection.
func (t *Tally) begin(k key, a *arrival, edge uint32) uint32 {
	number := t.conns.add()
	c := t.conns.at(number)
	c.pid, c.host, c.edge, c.begin = k.pid, k.host, edge, a.begin
	c.n0, c.seq0 = a.n, a.seq
	t.queue(number, a.n)
	t.open.set(k, number)
	return number
}

// queue puts a connection at the end of its host's queue.
func (t *Tally) queue(number uint32, n int64) {
	c := t.conns.at(number)
	c.queued, c.next = n, 0
	h := t.hosts[c.host]
	if h.tail == 0 {
		h.head = number
	} else {
		t.conns.at(h.tail).next = number
	}
	h.tail = number
}

// end ends an open connection. Its number is free again when its turn in the queue comes.
func (t *Tally) end(number uint32) {
	c := t.conns.at(number)
	t.open.drop(key{c.host, c.pid})
	if c.edge != 0 {
		e := &t.edges[c.edge-1]
		e.fragments = append(e.fragments, *c)
	} else {
		t.fold(c)
	}
	c.flags |= over
}

// expire ends connections that no further line of the host can belong to. It looks at as many
// as looks says.
func (t *Tally) expire(h *host, looks int) {
	for ; looks > 0 && h.head != 0; looks-- {
		number := h.head
		c := t.conns.at(number)
		old := h.n-c.n > t.o.Window || t.seq-c.seq > t.o.caps.window
		if !c.is(over) && !old && h.n-c.queued <= t.o.Window {
			return
		}
		if h.head = c.next; h.head == 0 {
			h.tail = 0
		}
		switch {
		case c.is(over):
			t.conns.drop(number)
		case old:
			t.end(number)
			t.conns.drop(number)
		default: // lines have come since it was queued
			t.queue(number, c.n)
		}
	}
}

// openTable finds the open connection of a process.
type openTable struct {
	slots []slot
	used  int
	odd   uint64 // a factor that strangers do not know
}

type slot struct {
	key
	number uint32
}

func (o *openTable) home(k key) uint64 {
	return (uint64(k.host)<<32 | uint64(k.pid)) * o.odd >> 32 & uint64(len(o.slots)-1)
}

func (o *openTable) find(k key) uint64 {
	i := o.home(k)
	for o.slots[i].number != 0 && o.slots[i].key != k {
		i = (i + 1) & uint64(len(o.slots)-1)
	}
	return i
}

func (o *openTable) get(k key) uint32 { return o.slots[o.find(k)].number }

func (o *openTable) set(k key, number uint32) {
	i := o.find(k)
	if o.slots[i].number == 0 {
		o.used++
	}
	o.slots[i] = slot{k, number}
	if 2*o.used > len(o.slots) {
		old := o.slots
		o.slots = make([]slot, 2*len(old))
		for _, s := range old {
			if s.number != 0 {
				o.slots[o.find(s.key)] = s
			}
		}
	}
}

// drop removes a process, and moves up those that stand behind it because their own slots
// were taken.
func (o *openTable) drop(k key) {
	mask := uint64(len(o.slots) - 1)
	i := o.find(k)
	if o.slots[i].number == 0 {
		return
	}
	o.used--
	for j := (i + 1) & mask; o.slots[j].number != 0; j = (j + 1) & mask {
		if (j-o.home(o.slots[j].key))&mask >= (j-i)&mask {
			o.slots[i] = o.slots[j]
			i = j
		}
	}
	o.slots[i] = slot{}
}
