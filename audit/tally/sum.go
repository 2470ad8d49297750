package tally

import (
	"cmp"
	"slices"

	"rdnsproxy/sshdlog"
)

// Summary returns what a finished Tally has counted.
func (t *Tally) Summary() *Summary {
	s := &Summary{
		Messages: t.messages, First: int64(t.first), Last: int64(t.last), Step: int64(t.hours.step),
		Hours:        t.hours.shown(t.messages[sshdlog.Failed] == 0),
		Unattributed: t.unattributed, Forged: t.forged, Connections: t.listed.some,
		Others: t.plain.others, OtherClients: left(t.plain.most, t.plain.bound) + left(t.kept.most, t.kept.bound),
	}
	s.Others.add(t.kept.others)
	for _, h := range t.hosts {
		if h != nil && h.counts != nil {
			s.Hosts = append(s.Hosts, h.counts.shown(h.name))
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
	if t.plain.unnamed || t.kept.unnamed {
		caps = append(caps, Cap{"clients with PTR names", int64(t.o.caps.named), 0})
	}
	if t.hostBound != 0 {
		caps = append(caps, Cap{"hosts", int64(t.o.caps.hosts), left(t.o.caps.hosts, t.hostBound)})
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
