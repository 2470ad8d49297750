package dial

import (
	"cmp"
	"math/bits"
	"net"
	"net/netip"
	"slices"
)

// order sorts destinations as the system's getaddrinfo does, since that is the
// order in which ssh tries them: by the rules of RFC 6724, section 6, with glibc's
// tables, /etc/gai.conf and what glibc asks the kernel (rfc3484_sort) where libc is
// glibc, and else with the RFC's own table and without the rules 3, 4 and 7, which
// are about deprecated, home and tunnelled addresses.
type order struct {
	probe   func(netip.Addr) netip.Addr // the source address that a destination gets; zero: there is no route
	sources map[netip.Addr]netip.Addr   // what probe has said
	tables  *tables                     // if nil, systemTables()
	ours    map[netip.Addr]held         // this machine's addresses; if nil, not yet asked for
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

// Sort puts addresses into the order in which this system's ssh would try them,
// where it connects from whatever address the kernel chooses.
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

// policy reads the tables at the first comparison: most hosts have one address.
func (o *order) policy() *tables {
	if o.tables == nil {
		o.tables = systemTables()
	}
	return o.tables
}

// own is what the kernel says of a source address, as far as glibc asks it.
func (o *order) own(source netip.Addr) held {
	if !o.policy().glibc {
		return held{}
	}
	if o.ours == nil {
		o.ours = heldAddresses()
	}
	if source.IsLoopback() && source.Is4() {
		source = netip.AddrFrom4([4]byte{127, 0, 0, 1}) // the interface has this one alone
	}
	return o.ours[source.WithZone("")]
}

func (o *order) sort(addrs []netip.AddrPort) {
	slices.SortStableFunc(addrs, func(a, b netip.AddrPort) int { // stable: rule 10
		return o.compare(a.Addr(), b.Addr())
	})
}

// afterIPv4 reports whether IPv4 addresses in general come before this one.
func (o *order) afterIPv4(a netip.Addr) bool {
	t := o.policy()
	return t.precedence(a) < t.precedence(netip.AddrFrom4([4]byte{}))
}

// compare is negative where a is to be tried first.
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

// first prefers what holds to what does not.
func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// common is how many bits a destination has in common with its source, as far as
// they count: for IPv6 all to glibc, and to the RFC (section 2.2) those of the
// prefix, which is taken to be 64; for IPv4, where they would only spoil the order
// in which a server spreads its load, those of one network to glibc, and else none.
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

// routeSource asks the kernel which source address goes with a destination, by
// connecting a UDP socket, which sends nothing. Zero: no route.
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
