package tally

// Whether a line belongs to a connection does not depend on expire (see belongs), so that it
// need not be prompt: it looks at whole chunks of the connections, which lie in memory in the
// order in which it visits them. Looking at each by age, a queue, took 5 % of all time.

const (
	beginsALook = 16 // so many connections begin between two looks, each of which can end a whole chunk
	chunksALook = 8  // so many chunks are passed by that need not be looked at
)

// expire looks for a chunk with connections that no further line can belong to, and ends these.
func (t *Tally) expire() {
	for range chunksALook {
		if t.looked++; t.looked >= len(t.conns.chunks) {
			t.looked = 0
		}
		if t.looked >= len(t.due) || t.seq >= t.due[t.looked] {
			t.expireChunk(t.looked)
			return
		}
	}
}

// expireChunk ends the connections of a chunk that no further line can belong to. It notes when
// that will be so of a good part of the others.
func (t *Tally) expireChunk(i int) {
	if i >= len(t.conns.chunks) {
		return
	}
	chunk, oldest := t.conns.chunks[i], t.seq
	for j := range chunk {
		switch c := &chunk[j]; {
		case c.pid == 0:
		case t.silent(c, t.hosts[c.host].n, t.seq):
			t.end(uint32(i<<slabBits + j + 1))
		default:
			oldest = min(oldest, c.seq)
		}
	}
	for len(t.due) <= i {
		t.due = append(t.due, 0)
	}
	// Of its host there cannot be more lines than of all hosts.
	window := min(t.o.Window, t.o.caps.window)
	t.due[i] = oldest + window + window/16
}

// expireAll ends all connections that no further line can belong to.
func (t *Tally) expireAll() {
	for i := range t.conns.chunks {
		t.expireChunk(i)
	}
}

// silent reports whether too many lines, of the host or of all hosts, lie between the last line
// of a connection and the given place.
func (t *Tally) silent(c *conn, n, seq int64) bool {
	return n-c.n > t.o.Window || seq-c.seq > t.o.caps.window
}
