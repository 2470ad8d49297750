package tally

import (
	"bytes"
	"slices"

	"rdnsproxy/limits"
	"rdnsproxy/sshdlog"
)

// A host is one machine that logs.
type host struct {
	name   string
	id     uint32      // number of its name
	hash   uint64      // of its name
	skip   bool        // Options.Only does not ask for it
	edged  bool        // an edge is of this host
	n      int64       // lines so far
	seq    int64       // place of the last one in the log
	open   int         // connections
	counts *hostCounts // nil: beyond the bound
}

// hostCounts is what is counted for a host.
type hostCounts struct {
	messages, connections, pam, logins int64
	first, last                        uint32
	trust                              [4]int64
	uids                               []uint32
	complaints, named                  int64
	firstProof, lastProof              uint32
	from, userHost, hostKey            int64
	throttled, dropLines               int64  // connections that MaxStartups dropped: in all, and those with a line
	waits                              *waits // nil: none
}

// unsaid is how many connections MaxStartups dropped without a line of their own. At the log's
// ends some lines can lack their sum, or the sum some lines.
func (h *hostCounts) unsaid() int64 { return max(0, h.throttled-h.dropLines) }

// hostOf returns the number of a frame's host.
func (t *Tally) hostOf(name []byte) uint32 {
	if t.lastHost != 0 && string(name) == t.hosts[t.lastHost].name {
		return t.lastHost
	}
	t.sweep() // twice, because each line can have a new host
	t.sweep()
	name = cut(name)
	k, ok := t.hostNumber[string(name)]
	if !ok {
		k = t.newHost(name)
	}
	t.lastHost = k
	return k
}

func (t *Tally) newHost(name []byte) uint32 {
	h := &host{name: string(name), id: t.names.id(name), hash: hash(name)}
	h.skip = len(t.o.Only.Hosts) > 0 && !slices.Contains(t.o.Only.Hosts, h.name)
	if !h.skip && within(h.hash, t.hostBound) {
		h.counts = new(hostCounts)
		t.counted++
	}
	var k uint32
	if n := len(t.freeHosts); n > 0 {
		k, t.freeHosts = t.freeHosts[n-1], t.freeHosts[:n-1]
		t.hosts[k] = h
	} else {
		k = uint32(len(t.hosts))
		t.hosts = append(t.hosts, h)
	}
	t.hostNumber[h.name] = k
	if t.counted > t.o.caps.hosts+t.o.caps.hosts/4 {
		t.evictHosts()
	}
	return k
}

// evictHosts drops the counts of hosts beyond the bound. Their connections are still told
// apart.
func (t *Tally) evictHosts() {
	if t.counted > t.o.caps.hosts {
		hashes := make([]uint64, 0, t.counted)
		for _, h := range t.hosts {
			if h != nil && h.counts != nil {
				hashes = append(hashes, h.hash)
			}
		}
		slices.Sort(hashes)
		t.hostBound = hashes[t.o.caps.hosts-1]
	}
	if t.hostBound == 0 {
		return
	}
	for _, h := range t.hosts {
		if h != nil && h.counts != nil && !within(h.hash, t.hostBound) {
			h.counts = nil
			t.counted--
		}
	}
}

// sweep looks at one host, another each time.
func (t *Tally) sweep() {
	if t.swept++; t.swept >= len(t.hosts) {
		t.swept = 1
	}
	if t.swept < len(t.hosts) {
		t.forgetHost(uint32(t.swept))
	}
}

// forgetHost forgets a host that has been silent for so long that no further line can belong to
// its connections, if nothing is counted for it.
func (t *Tally) forgetHost(k uint32) {
	h := t.hosts[k]
	if h == nil || t.seq-h.seq <= t.o.caps.window {
		return
	}
	if h.open > 0 {
		t.expire()
	}
	if h.open == 0 && h.counts == nil && !h.edged {
		delete(t.hostNumber, h.name)
		t.hosts[k] = nil
		t.freeHosts = append(t.freeHosts, k)
		t.lastHost = 0
	}
}

// note counts a message for its host.
func (h *hostCounts) note(f *sshdlog.Frame, e *sshdlog.Event, at uint32) {
	h.messages += int64(e.Repeat)
	h.trust[f.Trust&3] += int64(e.Repeat)
	h.seen(at)
	if f.Trust == sshdlog.Local {
		h.uid(f.UID)
		return
	}
	switch {
	case e.Kind.Mapping():
		h.complaints += int64(e.Repeat)
		h.proof(at)
	case len(e.Name) > 0 && e.Kind != sshdlog.Dropped: // libwrap looks names up by itself
		h.named += int64(e.Repeat)
		h.proof(at)
	}
	switch e.Kind {
	case sshdlog.FromKey:
		h.from++
	case sshdlog.NotAllowed:
		if userHost(e.Rest) {
			h.userHost++
		}
	case sshdlog.Hostbased:
		h.hostKey++
	case sshdlog.Throttled:
		h.throttled += int64(e.Repeat)
	case sshdlog.Dropped:
		if bytes.HasPrefix(e.Rest, []byte("past Max")) {
			h.dropLines += int64(e.Repeat)
		}
	}
}

func (h *hostCounts) seen(at uint32) {
	if at != 0 {
		if h.first == 0 || at < h.first {
			h.first = at
		}
		h.last = max(h.last, at)
	}
}

func (h *hostCounts) proof(at uint32) {
	if at != 0 {
		if h.firstProof == 0 || at < h.firstProof {
			h.firstProof = at
		}
		h.lastProof = max(h.lastProof, at)
	}
}

// uid keeps the smallest user ids.
func (h *hostCounts) uid(uid uint32) {
	i, ok := slices.BinarySearch(h.uids, uid)
	if ok || i == limits.AuditSample {
		return
	}
	h.uids = slices.Insert(h.uids, i, uid)
	h.uids = h.uids[:min(len(h.uids), limits.AuditSample)]
}

func (h *hostCounts) merge(o *hostCounts) {
	h.messages += o.messages
	h.connections += o.connections
	h.pam += o.pam
	h.logins += o.logins
	h.seen(o.first)
	h.seen(o.last)
	for i := range h.trust {
		h.trust[i] += o.trust[i]
	}
	for _, u := range o.uids {
		h.uid(u)
	}
	h.complaints += o.complaints
	h.named += o.named
	h.proof(o.firstProof)
	h.proof(o.lastProof)
	h.from += o.from
	h.userHost += o.userHost
	h.hostKey += o.hostKey
	h.throttled += o.throttled
	h.dropLines += o.dropLines
	if o.waits != nil {
		h.waited().merge(o.waits)
	}
}

func (h *hostCounts) waited() *waits {
	if h.waits == nil {
		h.waits = new(waits)
	}
	return h.waits
}
