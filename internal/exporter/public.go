package exporter

import (
	"net/netip"
	"slices"
)

// special are the ranges in which an address is not that of one public host (the special-
// purpose registries of RFC 6890): this machine, the networks that it is in, no host at all.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),       // RFC 791: this network; Linux connects to itself
	netip.MustParsePrefix("10.0.0.0/8"),      // RFC 1918
	netip.MustParsePrefix("100.64.0.0/10"),   // RFC 6598
	netip.MustParsePrefix("127.0.0.0/8"),     // RFC 1122: loopback
	netip.MustParsePrefix("169.254.0.0/16"),  // RFC 3927; clouds have their metadata there
	netip.MustParsePrefix("172.16.0.0/12"),   // RFC 1918
	netip.MustParsePrefix("192.0.0.0/24"),    // RFC 6890
	netip.MustParsePrefix("192.0.2.0/24"),    // RFC 5737: documentation
	netip.MustParsePrefix("192.88.99.0/24"),  // RFC 7526: 6to4 relays
	netip.MustParsePrefix("192.168.0.0/16"),  // RFC 1918
	netip.MustParsePrefix("198.18.0.0/15"),   // RFC 2544: benchmarks
	netip.MustParsePrefix("198.51.100.0/24"), // RFC 5737: documentation
	netip.MustParsePrefix("203.0.113.0/24"),  // RFC 5737: documentation
	netip.MustParsePrefix("224.0.0.0/3"),     // multicast, reserved, broadcast
}

// globalUnicast is where public IPv6 addresses are (RFC 4291, section 2.4); specialIPv6
// are the ranges in it that are not.
var (
	globalUnicast = netip.MustParsePrefix("2000::/3")
	specialIPv6   = []netip.Prefix{
		netip.MustParsePrefix("2001::/23"),     // RFC 2928, with Teredo (RFC 4380), which embeds IPv4
		netip.MustParsePrefix("2001:db8::/32"), // RFC 3849: documentation
		netip.MustParsePrefix("3fff::/20"),     // RFC 9637: documentation
	}
	sixToFour = netip.MustParsePrefix("2002::/16")    // RFC 3056: the IPv4 address is in bits 16 to 47
	nat64     = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052: in the last 32 bits
)

// isPublic reports whether an address is that of a host on the internet, and not of this
// machine, of a network that only it may reach, or of nobody. An IPv4 address that IPv6
// embeds counts: a translator connects to it.
func isPublic(a netip.Addr) bool {
	if a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	in := func(p netip.Prefix) bool { return p.Contains(a) }
	if a.Is4() {
		return !slices.ContainsFunc(special, in)
	}
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return isPublic(netip.AddrFrom4([4]byte(b[12:])))
	case sixToFour.Contains(a):
		return isPublic(netip.AddrFrom4([4]byte(b[2:6])))
	}
	return globalUnicast.Contains(a) && !slices.ContainsFunc(specialIPv6, in)
}
