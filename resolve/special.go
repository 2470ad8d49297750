package resolve

import "net/netip"

var loopbacks = map[Type]netip.Addr{A: netip.AddrFrom4([4]byte{127, 0, 0, 1}), AAAA: netip.IPv6Loopback()}

// localhost reports whether the name is this machine by definition (RFC 6761,
// section 6.3).
func (n Name) localhost() bool { return n.Under("localhost") }

// hidden reports whether DNS must not be asked about the name: .onion (RFC 7686),
// .alt (RFC 9476). A single label is an ordinary name that the search list completes.
func (n Name) hidden() bool { return n.below("onion") || n.below("alt") }

func (n Name) below(zone Name) bool { return n != zone && n.Under(zone) }

// builtin answers what DNS must not be asked, whether the name was typed, made by the
// search list, or a CNAME's target. It returns nil if DNS may be asked.
func (c *Config) builtin(q Question) *Answer {
	known := func(s Status) *Answer { return &Answer{Question: q, Status: s, Source: Source{Kind: KindBuiltin}} }
	switch {
	case q.Name.localhost() && (q.Type == A || q.Type == AAAA):
		a := known(OK)
		a.Addrs, a.Canonical = []netip.Addr{loopbacks[q.Type]}, q.Name
		return a
	case q.Name.localhost():
		return known(NoData)
	case q.Name.hidden():
		return known(NXDomain)
	}
	return c.disabled(q)
}

// disabled answers what the options of resolv.conf forbid to ask.
func (c *Config) disabled(q Question) *Answer {
	if q.Type == AAAA && c.NoAAAA {
		return &Answer{Question: q, Status: NoData, Source: Source{Kind: KindBuiltin}}
	}
	return nil
}

// unasked is the answer if there was no source to ask.
func (c *Config) unasked(q Question) *Answer {
	if a := c.builtin(q); a != nil {
		return a
	}
	return &Answer{Question: q, Status: NotFound, Source: Source{Kind: KindBuiltin}}
}

// unroutable reports whether an address means something else on each machine or
// link, so that a DNS server cannot know its name.
func unroutable(a netip.Addr) bool {
	return a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsUnspecified()
}
