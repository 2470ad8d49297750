package hostsfile

import (
	"net/netip"
	"strings"
)

// Line is one line of a hosts file.
type Line struct {
	Raw   string     // as in the file, with its line end
	N     int        // its number, from 1
	Addr  netip.Addr // the zero Addr if the line is not an entry
	Names []string   // as written; the first is the canonical name, the others are aliases
}

// Canonical is the first name, or "" if there is none.
func (l *Line) Canonical() string {
	if len(l.Names) == 0 {
		return ""
	}
	return l.Names[0]
}

// IPv4 is the line's address as glibc's lookup of IPv4 addresses reads it: an
// IPv4-mapped address is unmapped, and ::1 stands for 127.0.0.1. It is the zero Addr if
// such a lookup skips the line.
func (l *Line) IPv4() netip.Addr {
	switch {
	case l.Addr.Is4():
		return l.Addr
	case l.Addr.Is4In6():
		return l.Addr.Unmap()
	case l.Addr == netip.IPv6Loopback():
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.Addr{}
}

// IPv6 is the line's address as glibc's lookup of IPv6 addresses reads it. An
// IPv4-mapped address stays as it is; an IPv4 address gives the zero Addr.
func (l *Line) IPv6() netip.Addr {
	if l.Addr.Is6() {
		return l.Addr
	}
	return netip.Addr{}
}

// fields reads an entry: an address and names, separated by white space, up to the end
// of the line, a "#" or, as in C, a NUL. It appends the names to names, which must be
// empty. A line without an address or without names is not an entry.
func fields(raw string, names []string) (netip.Addr, []string) {
	text := raw
	if i := strings.IndexAny(text, "#\n\x00"); i >= 0 {
		text = text[:i]
	}
	word, rest := nextField(text)
	addr, err := netip.ParseAddr(word)
	if err != nil || addr.Zone() != "" { // inet_pton accepts no zone
		return netip.Addr{}, names
	}
	for word, rest = nextField(rest); word != ""; word, rest = nextField(rest) {
		names = append(names, word)
	}
	if len(names) == 0 {
		return netip.Addr{}, names
	}
	return addr, names
}

// nextField splits off the first word, which is "" at the end.
func nextField(s string) (word, rest string) {
	start := 0
	for start < len(s) && space(s[start]) {
		start++
	}
	end := start
	for end < len(s) && !space(s[end]) {
		end++
	}
	return s[start:end], s[end:]
}

// space is isspace in the C locale.
func space(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
