package tally

import (
	"iter"
	"slices"

	"rdnsproxy/sshdlog"
)

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
	t.leaveClients()
	t.leaveHosts()
	t.joinKept()
	t.listed.cut(t.o.caps.reported)
}

// take merges a part into an empty Tally, and finishes it.
func (t *Tally) take(part *Tally) {
	part.finished = false
	_ = t.Merge(part) // the Options are the same
	t.finished = true
}

// joinKept joins what is known of those clients who are in both tables.
func (t *Tally) joinKept() {
	for k := uint32(1); k <= t.kept.n; k++ {
		a := t.kept.at(k)
		if !t.plain.stays(&a.addr) && a.more != 0 {
			// What preceded the login may have been forgotten, depending on when it came.
			l := &t.extras.at(a.more).login
			l.failed, l.asked = 0, counter{}
		}
		if own, _ := t.plain.find(&a.addr); own != 0 {
			b := t.plain.at(own)
			t.mergeRecord(a, t, b, 0)
			*b = record{addr: b.addr} // nothing: Clients leaves it out
		}
	}
}

// Clients yields the clients of a finished Tally, sorted by address. A *Client is the
// caller's to keep.
func (t *Tally) Clients() iter.Seq[*Client] {
	return func(yield func(*Client) bool) {
		all := make([]uint32, 0, t.plain.n+t.kept.n) // those of kept come behind those of plain
		at := func(k uint32) *record {
			if k <= t.plain.n {
				return t.plain.at(k)
			}
			return t.kept.at(k - t.plain.n)
		}
		for k := uint32(1); k <= t.plain.n+t.kept.n; k++ {
			if at(k).flags&counted != 0 {
				all = append(all, k)
			}
		}
		slices.SortFunc(all, func(a, b uint32) int { return at(a).addr.compare(&at(b).addr) })
		for _, k := range all {
			if !yield(t.client(at(k))) {
				return
			}
		}
	}
}

// client shows a record.
func (t *Tally) client(r *record) *Client {
	c := &Client{
		Addr: r.addr.ip(), Counts: t.counts(r), First: int64(r.first), Last: int64(r.last),
		Users: t.shown(sample{run: r.users}), Root: int64(r.n[nRoot]), LongestWait: -1,
		Unproven: r.flags&provenClient == 0,
	}
	if r.flags&moreUsers != 0 {
		c.Users.About = max(c.Users.About+1, r.asked.about())
	}
	c.pam(r)
	hosts := t.shown(r.hosts)
	for _, h := range hosts.Names {
		c.Hosts = append(c.Hosts, h.Name)
	}
	slices.Sort(c.Hosts)
	c.MoreHosts = hosts.About > len(hosts.Names)
	if r.more == 0 {
		return c
	}
	m := t.extras.at(r.more)
	c.LoggedIn, c.Refused, c.Denied = t.shown(m.loggedIn), t.shown(m.refused), t.shown(m.denied)
	c.Names, c.Required = t.shown(m.names), t.shown(m.required)
	c.NameFirst, c.NameLast = t.names.string(m.nameFirst), t.names.string(m.nameLast)
	c.Mapping = sshdlog.Kind(m.mapping)
	c.LongestWait = m.wait - 1
	if m.login.seen {
		c.FirstLogin = Login{int64(m.login.time), t.names.string(m.login.host), t.names.string(m.login.user)}
		c.FailedBefore, c.UsersBefore = int64(m.login.failed), m.login.asked.about()
	}
	return c
}

// pam counts connections of which only PAM has told: only if there are no others, for PAM
// can log in a process of its own, and then the same attempt has a connection already.
func (c *Client) pam(r *record) {
	if c.Connections > 0 || c.Tried > 0 || c.LoggedIn.About > 0 || r.n[nPAMFailed] == 0 {
		return
	}
	c.Connections, c.Failed = int64(r.n[nPAM]), int64(r.n[nPAMFailed])
	if c.Tried = c.Connections; c.Tried == 0 {
		c.Tried = c.Failed // lines without pid
	}
}
