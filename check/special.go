package check

import (
	"net/netip"
	"slices"
)

// exempt are the addresses without a PTR of which nobody expects one: reverse
// zones of private and shared addresses are answered locally (RFC 6303, RFC
// 7793), usually with NXDOMAIN. Documentation and benchmark ranges count as public.
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

// isPrivate reports whether networks of different people use the address: of
// RFC 1918, RFC 6598 or RFC 4193.
func isPrivate(a netip.Addr) bool {
	return a.IsPrivate() || netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10).Contains(a)
}

// reserved are the addresses that no host has.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),   // RFC 1122, section 3.2.1.3: this network
	netip.MustParsePrefix("240.0.0.0/4"), // RFC 1112, section 4, with the broadcast address of RFC 919
	netip.MustParsePrefix("::/96"),       // RFC 4291, section 2.5.5.1: deprecated, but for ::1
}

// isReserved reports whether no host has the address.
func isReserved(a netip.Addr) bool {
	return !a.IsLoopback() && slices.ContainsFunc(reserved, func(p netip.Prefix) bool { return p.Contains(a) })
}

// nat64 is the well-known prefix of RFC 6052, section 2.1, and localNAT64 the one
// for local use of RFC 8215, whose IPv4 addresses stand where the site wants.
var (
	nat64      = netip.MustParsePrefix("64:ff9b::/96")
	localNAT64 = netip.MustParsePrefix("64:ff9b:1::/48")
)

// synthesised reports whether a translator made the address out of an IPv4 one:
// it must never be pinned, for another network makes another of it (RFC 7050).
func synthesised(a netip.Addr) bool {
	a = a.WithZone("")
	return nat64.Contains(a) || localNAT64.Contains(a)
}

// lookupAddr is the address whose reverse name counts: without its zone, the IPv4
// address inside an IPv4-mapped or a NAT64 one.
func lookupAddr(a netip.Addr) netip.Addr {
	a = a.WithZone("").Unmap()
	if nat64.Contains(a) {
		b := a.As16()
		return netip.AddrFrom4([4]byte(b[12:]))
	}
	return a
}
