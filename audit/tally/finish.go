package tally

// Finish ends all connections that are still open. After it, a Tally can only be read.
func (t *Tally) Finish() {
	if t.finished {
		return
	}
	t.finished = true
	if t.edges != nil { // nothing precedes, after all
		whole := New(t.o)
		whole.take(t)
		*t = *whole
	}
	for _, number := range t.openNumbers() {
		t.end(number)
	}
	t.evictClients()
	t.evictHosts()
	t.users.cut()
	t.trimNames()
	t.joinTables()
	t.listed.cut(t.o.caps.reported)
}

// take merges a part into an empty Tally, and finishes it.
func (t *Tally) take(part *Tally) {
	part.finished = false
	_ = t.Merge(part) // the Options are the same
	t.finished = true
}

// joinTables joins what is known of the clients that are in both tables.
func (t *Tally) joinTables() {
	for k := uint32(1); k <= t.insiders.n; k++ {
		a := t.insiders.at(k)
		if !t.strangers.stays(&a.addr) && a.more != 0 {
			// Whether this was still known when the login came depends on how the log was cut.
			l := &t.extras.at(a.more).login
			l.failed, l.failedAt, l.asked = 0, 0, counter{}
		}
		if own, _ := t.strangers.find(&a.addr); own != 0 {
			b := t.strangers.at(own)
			t.mergeRecord(a, t, b, 0)
			*b = record{addr: b.addr} // nothing: Clients leaves it out
		}
	}
}
