package resolve

import (
	"net/netip"
	"strconv"
	"strings"
)

// ParseLiteral reads what getaddrinfo takes for an address without a lookup: IPv6,
// also with %zone, and IPv4 in every form of inet_aton (127.1, 0x7f.1, 0177.0.0.1,
// 2130706433). IPv4-mapped addresses stay as they are; brackets are not part of an
// address.
func ParseLiteral(s string) (netip.Addr, bool) {
	if strings.Contains(s, ":") {
		a, err := netip.ParseAddr(s)
		return a, err == nil
	}
	return parseInetAton(s)
}

// Numeric reports whether a name reads as an IPv4 address. OpenSSH's remote_hostname
// calls that a nasty PTR record, because a program that trusts the name would take it for
// the address. A Name has no final dot, so that does not matter here.
func (n Name) Numeric() bool {
	_, ok := parseInetAton(string(n))
	return ok
}

// parseInetAton follows inet_aton(3): one to four parts, each decimal, octal
// (0) or hexadecimal (0x); the last part fills all bytes that are left.
func parseInetAton(s string) (netip.Addr, bool) {
	if s == "" || !digit(s[0]) {
		return netip.Addr{}, false
	}
	parts := strings.Split(s, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var whole uint64
	for i, part := range parts {
		bits := 8
		if i == len(parts)-1 {
			bits = 8 * (5 - len(parts))
		}
		n, ok := parseCNumber(part)
		if !ok || n >= 1<<bits {
			return netip.Addr{}, false
		}
		whole = whole<<bits | n
	}
	return netip.AddrFrom4([4]byte{byte(whole >> 24), byte(whole >> 16), byte(whole >> 8), byte(whole)}), true
}

// parseCNumber reads a number as C's strtoul does with base 0, without signs.
func parseCNumber(s string) (uint64, bool) {
	base := 10
	switch {
	case len(s) > 1 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X'):
		s, base = s[2:], 16
	case len(s) > 1 && s[0] == '0':
		s, base = s[1:], 8
	}
	if s == "" || s[0] == '+' || s[0] == '-' {
		return 0, false
	}
	n, err := strconv.ParseUint(s, base, 33)
	return n, err == nil
}

const hexDigits = "0123456789abcdef"

// ReverseName is the name that holds the PTR records of an address, in
// in-addr.arpa (RFC 1035, section 3.5) or ip6.arpa (RFC 3596, section 2.5).
// IPv4-mapped addresses are unmapped, a zone is dropped. Not valid: the root.
func ReverseName(a netip.Addr) Name {
	a = a.Unmap()
	switch {
	case !a.IsValid():
		return "."
	case a.Is4():
		b := a.As4()
		name := make([]byte, 0, len("255.255.255.255.in-addr.arpa"))
		for i := 3; i >= 0; i-- {
			name = append(strconv.AppendUint(name, uint64(b[i]), 10), '.')
		}
		return Name(append(name, "in-addr.arpa"...))
	}
	b := a.As16()
	name := make([]byte, 0, 64+len("ip6.arpa"))
	for i := 15; i >= 0; i-- {
		name = append(name, hexDigits[b[i]&15], '.', hexDigits[b[i]>>4], '.')
	}
	return Name(append(name, "ip6.arpa"...))
}
