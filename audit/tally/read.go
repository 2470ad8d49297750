package tally

import (
	"cmp"
	"iter"
	"slices"

	"rdnsproxy/sshdlog"
)

// Summary returns what a finished Tally has counted.
func (t *Tally) Summary() *Summary {
	s := &Summary{
		Messages: t.messages, First: int64(t.first), Last: int64(t.last), Step: int64(t.hours.step),
		Hours:        t.hours.shown(t.messages[sshdlog.Failed] == 0),
		Unattributed: t.unattributed, Forged: t.forged, Connections: t.listed.some,
		Others: t.strangers.others,
	}
	s.Others.add(t.insiders.others)
	for _, table := range []*records{t.strangers, t.insiders} {
		s.OtherClients += left(table.most, table.bound)
	}
	for _, h := range t.hosts {
		if h != nil && h.counts != nil {
			s.Hosts = append(s.Hosts, h.counts.shown(h.name))
			if len(t.o.Only.Clients)+len(t.o.Only.Users) == 0 {
				s.Unsaid += h.counts.unsaid()
			}
		}
	}
	slices.SortFunc(s.Hosts, func(a, b Host) int { return cmp.Compare(a.Name, b.Name) })
	for _, f := range t.forgeries {
		s.Forgeries = append(s.Forgeries, Forgery{Host: f.host, Time: f.time, Client: f.client, Text: f.text})
	}
	slices.SortFunc(s.Forgeries, func(a, b Forgery) int {
		return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Host, b.Host), cmp.Compare(a.Text, b.Text))
	})
	s.Reached = t.reached(s.OtherClients)
	return s
}

// reached returns the bounds that were reached.
func (t *Tally) reached(clients int64) []Cap {
	var caps []Cap
	if clients > 0 {
		caps = append(caps, Cap{"clients", int64(t.o.caps.clients), clients})
	}
	if t.strangers.unnamed || t.insiders.unnamed {
		caps = append(caps, Cap{"clients with PTR names", int64(t.o.caps.named), 0})
	}
	if t.hostBound != 0 {
		caps = append(caps, Cap{"hosts", int64(t.o.caps.hosts), left(t.o.caps.hosts, t.hostBound)})
	}
	if t.users.bound != 0 {
		caps = append(caps, Cap{"names of users", int64(t.o.caps.users), left(t.o.caps.users, t.users.bound)})
	}
	if t.hours.step == day {
		caps = append(caps, Cap{"hours", int64(t.o.caps.hours), 0})
	}
	if n := t.listed.all - int64(len(t.listed.some)); n > 0 {
		caps = append(caps, Cap{"connections", int64(t.o.caps.reported), n})
	}
	return caps
}

func (h *hostCounts) shown(name string) Host {
	s := Host{
		Name: name, Messages: h.messages, Connections: h.connections, Logins: h.logins,
		First: int64(h.first), Last: int64(h.last), Trust: h.trust, LocalUIDs: h.uids,
		Complaints: h.complaints, Named: h.named, FirstProof: int64(h.firstProof), LastProof: int64(h.lastProof),
		From: h.from, UserHost: h.userHost, HostKey: h.hostKey,
	}
	if s.Connections == 0 {
		s.Connections = h.pam // as for clients
	}
	if h.waits != nil {
		s.Waits, s.MedianWait, s.LongestWait = h.waits.n, h.waits.median(), h.waits.longest
	}
	return s
}

// Clients yields the clients of a finished Tally, sorted by address. A *Client is the
// caller's to keep.
func (t *Tally) Clients() iter.Seq[*Client] {
	return func(yield func(*Client) bool) {
		all := make([]uint32, 0, t.Len()) // numbers; those of insiders come behind those of strangers
		at := func(k uint32) *record {
			if k <= t.strangers.n {
				return t.strangers.at(k)
			}
			return t.insiders.at(k - t.strangers.n)
		}
		for k := uint32(1); k <= uint32(t.Len()); k++ {
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
		Users: t.shown(sample{r.users}), Root: int64(r.n[nRoot]), LongestWait: -1,
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
	c.MoreHosts = hosts.About > len(hosts.Names) || r.flags&moreHosts != 0
	if r.more == 0 {
		return c
	}
	m := t.extras.at(r.more)
	c.LoggedIn, c.Refused, c.Denied = t.shown(m.loggedIn), t.shown(m.refused), t.shown(m.denied)
	c.Unlisted = t.shown(m.unlisted)
	c.Names, c.Required = t.shown(m.names), t.shownRequired(m.required)
	c.NameFirst, c.NameLast = t.names.string(m.nameFirst), t.names.string(m.nameLast)
	c.Mapping = sshdlog.Kind(m.mapping)
	c.LongestWait = m.wait - 1
	if m.login.seen {
		c.FirstLogin = Login{int64(m.login.time), t.names.string(m.login.host), t.names.string(m.login.user)}
		c.FailedBefore, c.UsersBefore = int64(m.login.failed), m.login.asked.about()
		c.LastBefore = int64(m.login.failedAt)
	}
	return c
}

// pam adds the connections of which only PAM has told, if there are no others: PAM can log
// from a process of its own, and then sshd's own lines have counted the same attempt.
func (c *Client) pam(r *record) {
	if c.Connections > 0 || c.Tried > 0 || c.LoggedIn.About > 0 || r.n[nPAMFailed] == 0 {
		return
	}
	c.Connections, c.Failed = int64(r.n[nPAM]), int64(r.n[nPAMFailed])
	if c.Tried = c.Connections; c.Tried == 0 {
		c.Tried = c.Failed // lines without pid
	}
	c.Users.About = max(c.Users.About, r.asked.about()) // their names are not kept
}
