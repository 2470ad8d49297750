package dial

import (
	"cmp"
	"math/bits"
	"net"
	"net/netip"
	"slices"
)

// order sorts destinations as the system's getaddrinfo does, since that is the
// order in which ssh tries them: by the rules of RFC 6724, section 6. If libc is
// glibc, with its tables, /etc/gai.conf and what it asks the kernel (rfc3484_sort).
// Else with the RFC's table and without rules 3, 4 and 7, which are about deprecated,
// home and tunnelled addresses.
type order struct {
	probe   func(netip.Addr) netip.Addr // a destination's source address, zero without a route
	sources map[netip.Addr]netip.Addr   // probe's results
	tables  *tables                     // if nil, systemTables()
	ours    map[netip.Addr]held         // this machine's addresses; if nil, not asked for yet
}

func newOrder(from sources) *order {
	probe := routeSource
	if len(from) > 0 {
		probe = func(to netip.Addr) netip.Addr {
			source, _ := from.fit(to)
			return source
		}
	}
	return &order{probe: probe, sources: make(map[netip.Addr]netip.Addr)}
}

// Sort sorts addresses as this system's ssh would try them, without BindAddress and
// BindInterface.
func Sort(addrs []netip.AddrPort) { newOrder(nil).sort(addrs) }

// source is the address that a connection to a would have on this side.
func (o *order) source(a netip.Addr) netip.Addr {
	a = a.Unmap()
	s, known := o.sources[a]
	if !known {
		s = o.probe(a)
		o.sources[a] = s
	}
	return s
}

// policy reads the tables at the first comparison: most hosts have one address only.
func (o *order) policy() *tables {
	if o.tables == nil {
		o.tables = systemTables()
	}
	return o.tables
}

// own is what glibc asks the kernel about a source address.
func (o *order) own(source netip.Addr) held {
	if !o.policy().glibc {
		return held{}
	}
	if o.ours == nil {
		o.ours = heldAddresses()
	}
	if source.IsLoopback() && source.Is4() {
		source = netip.AddrFrom4([4]byte{127, 0, 0, 1}) // the only one that the interface has
	}
	return o.ours[source.WithZone("")]
}

func (o *order) sort(addrs []netip.AddrPort) {
	slices.SortStableFunc(addrs, func(a, b netip.AddrPort) int { // stable: rule 10
		return o.compare(a.Addr(), b.Addr())
	})
}

// afterIPv4 reports whether IPv4 addresses in general precede this one.
func (o *order) afterIPv4(a netip.Addr) bool {
	t := o.policy()
	return t.precedence(a) < t.precedence(netip.AddrFrom4([4]byte{}))
}

// compare is negative if a is to be tried first.
func (o *order) compare(a, b netip.Addr) int {
	a, b = a.Unmap(), b.Unmap()
	if !a.IsValid() || !b.IsValid() {
		return first(a.IsValid(), b.IsValid())
	}
	sa, sb := o.source(a), o.source(b)
	if sa.IsValid() != sb.IsValid() {
		return first(sa.IsValid(), sb.IsValid()) // rule 1: avoid unusable destinations
	}
	t := o.policy()
	if sa.IsValid() {
		if c := first(t.scope(a) == t.scope(sa), t.scope(b) == t.scope(sb)); c != 0 {
			return c // rule 2: prefer matching scope
		}
		if c := o.compareHeld(sa, sb); c != 0 {
			return c
		}
		if c := first(t.label(a) == t.label(sa), t.label(b) == t.label(sb)); c != 0 {
			return c // rule 5: prefer matching label
		}
	}
	if c := t.precedence(b) - t.precedence(a); c != 0 {
		return c // rule 6: prefer higher precedence
	}
	if sa.IsValid() && sa != sb {
		if ha, hb := o.own(sa), o.own(sb); ha.index != hb.index {
			if c := first(!tunnel(ha.index), !tunnel(hb.index)); c != 0 {
				return c // rule 7: prefer native transport
			}
		}
	}
	if c := t.scope(a) - t.scope(b); c != 0 {
		return c // rule 8: prefer smaller scope
	}
	if sa.IsValid() && a.Is4() == b.Is4() {
		return o.common(b, sb) - o.common(a, sa) // rule 9: prefer the longest matching prefix
	}
	return 0
}

// compareHeld is rules 3 and 4 as glibc has them: avoid deprecated source
// addresses and home addresses.
func (o *order) compareHeld(sa, sb netip.Addr) int {
	if sa == sb {
		return 0
	}
	ha, hb := o.own(sa), o.own(sb)
	if c := first(!ha.deprecated, !hb.deprecated); c != 0 {
		return c
	}
	return first(!ha.home, !hb.home)
}

// first prefers true to false.
func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// common is how many bits of a destination and its source match, as far as they
// count. For IPv6 glibc counts all, the RFC (section 2.2) those of the source's
// prefix, here assumed to be 64. For IPv4 glibc counts them only within the source's
// network, and the RFC's table not at all: they would defeat round-robin DNS.
func (o *order) common(to, source netip.Addr) int {
	glibc := o.policy().glibc
	switch {
	case to.Is6() && glibc:
		return sameBits(to, source)
	case to.Is6():
		return min(64, sameBits(to, source))
	case glibc && sameBits(to, source) >= 96+cmp.Or(o.own(source).bits, 32):
		return sameBits(to, source)
	}
	return 0
}

func sameBits(a, b netip.Addr) int {
	x, y := a.As16(), b.As16()
	for i := range x {
		if d := x[i] ^ y[i]; d != 0 {
			return i*8 + bits.LeadingZeros8(d)
		}
	}
	return 128
}

// routeSource asks the kernel for the source address of a destination by connecting a
// UDP socket, which sends nothing. It is zero without a route.
func routeSource(to netip.Addr) netip.Addr {
	if !to.IsValid() {
		return netip.Addr{}
	}
	network := "udp6"
	if to.Is4() {
		network = "udp4"
	}
	const discard = 9 // any port will do
	c, err := net.DialUDP(network, nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(to, discard)))
	if err != nil {
		return netip.Addr{}
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()
}
