package dial

import (
	"math/bits"
	"net"
	"net/netip"
	"slices"
)

// order sorts destinations as RFC 6724, section 6, says, by the rules that a
// program can evaluate without asking the kernel for flags: 1, 2, 5, 6, 8, 9
// and 10. Rules 3, 4 and 7 are about deprecated, home and tunnelled addresses.
type order struct {
	probe   func(netip.Addr) netip.Addr // the source address that a destination gets; zero: there is no route
	sources map[netip.Addr]netip.Addr   // what probe has said
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

func (o *order) sort(addrs []netip.AddrPort) {
	slices.SortStableFunc(addrs, func(a, b netip.AddrPort) int { // stable: rule 10
		return o.compare(a.Addr(), b.Addr())
	})
}

// compare is negative where a is to be tried first.
func (o *order) compare(a, b netip.Addr) int {
	a, b = a.Unmap(), b.Unmap()
	sa, sb := o.source(a), o.source(b)
	if !sa.IsValid() || !sb.IsValid() {
		return first(sa.IsValid(), sb.IsValid()) // rule 1: avoid unusable destinations
	}
	if c := first(scopeOf(a) == scopeOf(sa), scopeOf(b) == scopeOf(sb)); c != 0 {
		return c // rule 2: prefer matching scope
	}
	pa, pb := policyOf(a), policyOf(b)
	if c := first(pa.label == policyOf(sa).label, pb.label == policyOf(sb).label); c != 0 {
		return c // rule 5: prefer matching label
	}
	if c := pb.precedence - pa.precedence; c != 0 {
		return c // rule 6: prefer higher precedence
	}
	if c := scopeOf(a) - scopeOf(b); c != 0 {
		return c // rule 8: prefer smaller scope
	}
	if a.Is6() && b.Is6() {
		return commonBits(b, sb) - commonBits(a, sa) // rule 9: prefer the longest matching prefix
	}
	// Rule 9 is left out for IPv4, as many do: there it only spoils the order in
	// which a server spreads its load.
	return 0
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

// The scopes of RFC 4291, section 2.7, that unicast addresses have.
const (
	scopeLink   = 0x2
	scopeSite   = 0x5
	scopeGlobal = 0xe
)

var siteLocal = netip.MustParsePrefix("fec0::/10") // RFC 3879, deprecated

// scopeOf follows RFC 6724, sections 3.1 and 3.2: private IPv4 addresses are
// global, loopback ones link-local.
func scopeOf(a netip.Addr) int {
	switch {
	case a.IsMulticast() && a.Is6():
		b := a.As16()
		return int(b[1] & 0xf)
	case a.IsLoopback(), a.IsLinkLocalUnicast(), a.IsLinkLocalMulticast():
		return scopeLink
	case siteLocal.Contains(a.WithZone("")):
		return scopeSite
	}
	return scopeGlobal
}

type policy struct {
	prefix            netip.Prefix
	precedence, label int
}

// The default policy table of RFC 6724, section 2.1, longest prefix first.
var policies = []policy{
	{netip.MustParsePrefix("::1/128"), 50, 0},
	{netip.MustParsePrefix("::ffff:0:0/96"), 35, 4},
	{netip.MustParsePrefix("::/96"), 1, 3},
	{netip.MustParsePrefix("2001::/32"), 5, 5},
	{netip.MustParsePrefix("2002::/16"), 30, 2},
	{netip.MustParsePrefix("3ffe::/16"), 1, 12},
	{netip.MustParsePrefix("fec0::/10"), 1, 11},
	{netip.MustParsePrefix("fc00::/7"), 3, 13},
	{netip.MustParsePrefix("::/0"), 40, 1},
}

func policyOf(a netip.Addr) policy {
	a = netip.AddrFrom16(a.As16()) // the table holds IPv4 addresses as mapped ones, and no zones
	for _, p := range policies {
		if covers(p.prefix, a) {
			return p
		}
	}
	return policy{}
}

// covers is Prefix.Contains, which never matches a mapped address, without that.
func covers(p netip.Prefix, a netip.Addr) bool { return sameBits(p.Addr(), a) >= p.Bits() }

// commonBits is CommonPrefixLen of RFC 6724, section 2.2: no further than the
// source's prefix, which is taken to be 64 bits.
func commonBits(to, source netip.Addr) int { return min(64, sameBits(to, source)) }

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
