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
	if t.silent(c, a.n, a.seq) {
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
	number = t.open.get(k, &t.conns)
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
		!t.silent(c, a.n, a.seq)
}

// begin returns the number of a new connection.
func (t *Tally) begin(k key, a *arrival, edge uint32) uint32 {
	if t.begun++; t.begun%beginsALook == 0 {
		t.expire()
	}
	number := t.newConn(k)
	c := t.conns.at(number)
	c.key, c.edge, c.begin = k, edge, a.begin
	if edge != 0 {
		d := t.detailed(c)
		d.n0, d.seq0 = a.n, a.seq
	}
	return number
}

// newConn returns the number of a connection that has to be filled in.
func (t *Tally) newConn(k key) uint32 {
	number := t.conns.add()
	t.hosts[k.host].open++
	t.open.set(k, number)
	return number
}

// end ends an open connection. Its number is free again.
func (t *Tally) end(number uint32) {
	c := t.conns.at(number)
	t.open.drop(c.key, number)
	t.hosts[c.host].open--
	if c.edge != 0 {
		e := &t.edges[c.edge-1]
		e.fragments = append(e.fragments, *c)
	} else {
		t.fold(c)
	}
	c.pid = 0
	t.conns.drop(number)
}
