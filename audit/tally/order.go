package tally

import "rdnsproxy/sshdlog"

// What precedes a client's first login is counted line by line: connections are over in
// another order. So only lines with an address of their own count here, and of a log of
// several hosts, or of their tallies, the order is that in which they are read. The stamps
// tell whether that was the order in which it happened.

// inOrder counts a line for what precedes a login, or as one.
func (t *Tally) inOrder(c *conn, l *line) {
	e := l.e
	if !e.Sure || !e.HasUser && e.Kind != sshdlog.Failed || !t.inTime(l.at) || !t.asksForClient(l.addr) {
		return
	}
	if len(t.o.Only.Users) > 0 && !t.asksFor(e.User) {
		return
	}
	if e.Kind == sshdlog.Accepted {
		t.loggedIn(c, l)
		return
	}
	if t.strangers.known(&c.client, &l.addr) == 0 {
		return
	}
	r := t.strangers.at(c.client)
	if e.Kind == sshdlog.Failed {
		r.failed, r.failedAt = sum(r.failed, e.Repeat), max(r.failedAt, l.at)
	}
	if e.HasUser {
		r.asked.add(hash(cut(e.User)))
	}
}

func (t *Tally) loggedIn(c *conn, l *line) {
	if t.insiders.known(&c.insider, &l.addr) == 0 {
		return
	}
	m := t.extraOf(t.insiders.at(c.insider))
	if m.login.seen {
		return
	}
	m.login = login{seen: true, time: l.at, host: t.hosts[c.host].id, user: t.names.id(l.e.User)}
	if k, _ := t.strangers.find(&l.addr); k != 0 {
		r := t.strangers.at(k)
		m.login.failed, m.login.failedAt, m.login.asked = r.failed, r.failedAt, r.asked
	}
}
