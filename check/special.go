package check

import (
	"net/netip"
	"slices"
)

// exempt are the ranges whose addresses need no PTR record: resolvers answer for the
// reverse zones of private and shared addresses themselves (RFC 6303, RFC 7793),
// usually with NXDOMAIN. Documentation and benchmark ranges count as public.
var exempt = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"),     // RFC 1918
	netip.MustParsePrefix("100.64.0.0/10"),  // RFC 6598
	netip.MustParsePrefix("127.0.0.0/8"),    // loopback
	netip.MustParsePrefix("169.254.0.0/16"), // RFC 3927
	netip.MustParsePrefix("172.16.0.0/12"),  // RFC 1918
	netip.MustParsePrefix("192.168.0.0/16"), // RFC 1918
	netip.MustParsePrefix("::1/128"),        // loopback
	netip.MustParsePrefix("fc00::/7"),       // RFC 4193
	netip.MustParsePrefix("fe80::/10"),      // link-local
}

func isExempt(a netip.Addr) bool {
	for _, p := range exempt {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// isPrivate reports whether many networks use the address, each for a host of its own
// (RFC 1918, RFC 6598, RFC 4193).
func isPrivate(a netip.Addr) bool {
	return a.IsPrivate() || netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10).Contains(a)
}

// reserved are the ranges whose addresses no host has.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),   // RFC 1122, section 3.2.1.3: this network
	netip.MustParsePrefix("240.0.0.0/4"), // RFC 1112, section 4, with the broadcast address of RFC 919
	netip.MustParsePrefix("::/96"),       // RFC 4291, section 2.5.5.1: deprecated, but for ::1
}

// isReserved reports whether no host has the address.
func isReserved(a netip.Addr) bool {
	return !a.IsLoopback() && slices.ContainsFunc(reserved, func(p netip.Prefix) bool { return p.Contains(a) })
}

// nat64 is the well-known prefix (RFC 6052, section 2.1). localNAT64 is the prefix for
// local use (RFC 8215), in which each site chooses the position of the IPv4 address.
var (
	nat64      = netip.MustParsePrefix("64:ff9b::/96")
	localNAT64 = netip.MustParsePrefix("64:ff9b:1::/48")
)

// synthesised reports whether a translator made the address from an IPv4 address. It
// must never be pinned: another network makes another address (RFC 7050).
func synthesised(a netip.Addr) bool {
	a = a.WithZone("")
	return nat64.Contains(a) || localNAT64.Contains(a)
}

// lookupAddr is the address to look up the reverse name of: without its zone, and of an
// IPv4-mapped or NAT64 address the IPv4 address in it.
func lookupAddr(a netip.Addr) netip.Addr {
	a = a.WithZone("").Unmap()
	if nat64.Contains(a) {
		b := a.As16()
		return netip.AddrFrom4([4]byte(b[12:]))
	}
	return a
}
