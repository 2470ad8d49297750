package inputs

import (
	"encoding/binary"
	"iter"
	"math"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/limits"
)

// Range is all addresses from First to Last, both included, of one family. Network and
// broadcast addresses count: they can have names too.
type Range struct{ First, Last netip.Addr }

// ParseRange reads 192.0.2.0/24, 192.0.2.10-40, 192.0.2.10-192.0.3.7 and the same of
// IPv6, whose second form is 2001:db8::1-2001:db8::ff. ok is false if the text is not
// written like a range: 192.0.2.1-2.example.com is a name, 2001:db8::1 an address. The
// error is a Refusal.
func ParseRange(text string) (r Range, ok bool, err error) {
	if _, err := netip.ParseAddr(text); err == nil || strings.Contains(text, "://") {
		return Range{}, false, nil // the zone of fe80::1%eth0-1 may look like the end of a range
	}
	if address, length, found := strings.Cut(text, "/"); found && numeric(address) {
		r, err = parsePrefix(text, address, length)
		return r, true, err
	}
	first, last, found := strings.Cut(text, "-")
	if found && numeric(first) && numeric(last) && strings.ContainsAny(first, ".:") && !strings.Contains(text, "%") {
		r, err = parseSpan(text, first, last)
		return r, true, err
	}
	return Range{}, false, nil
}

// numeric reports whether a text can only be meant as an address, or as part of one: no
// host is called so, as the last label of a name is never a number.
func numeric(s string) bool {
	_, s = cutUser(s)
	if strings.Contains(s, ":") {
		return strings.Trim(s, "[]0123456789abcdefABCDEF:.%") == "" || strings.Contains(s, "%")
	}
	return s != "" && strings.Trim(s, "0123456789.") == ""
}

// cutUser splits user@HOST.
func cutUser(s string) (user, host string) {
	i := strings.LastIndexByte(s, '@')
	return s[:max(i, 0)], s[i+1:]
}

// rangeHint is the hint for a text that is meant as a range.
const rangeHint = "a range is 192.0.2.0/24, 192.0.2.10-40, 192.0.2.10-192.0.3.7 or 2001:db8::/120"

// parsePrefix reads ADDRESS/LENGTH.
func parsePrefix(text, address, length string) (Range, error) {
	a, err := parseEnd(text, address)
	if err != nil {
		return Range{}, err
	}
	if strings.ContainsAny(length, ":]") {
		return Range{}, console.Refuse(exit.Usage, rangeHint, "%s: a range has no port", console.Quoted(text))
	}
	n, err := strconv.ParseUint(length, 10, 8)
	switch {
	case err != nil && strings.Trim(length, "0123456789") != "":
		return Range{}, console.Refuse(exit.Usage, rangeHint, "%s is not a range", console.Quoted(text))
	case err != nil, int(n) > a.BitLen():
		return Range{}, console.Refuse(exit.Usage, rangeHint,
			"%s is not a range: the prefix of an %s address has 0 to %d bits", console.Quoted(text), family(a), a.BitLen())
	}
	p := netip.PrefixFrom(a, int(n))
	if p.Masked() != p {
		return Range{}, console.Refuse(exit.Usage, p.Masked().String()+" is the range, "+a.String()+" the address alone",
			"%s has bits set beyond the %d of its prefix", console.Quoted(text), n)
	}
	return Range{a, lastOf(p)}, nil
}

// parseSpan reads FIRST-LAST.
func parseSpan(text, first, last string) (Range, error) {
	a, err := parseEnd(text, first)
	if err != nil {
		return Range{}, err
	}
	if n, err := strconv.ParseUint(last, 10, 8); err == nil && a.Is4() {
		b := a.As4()
		b[3] = byte(n)
		return span(text, a, netip.AddrFrom4(b))
	}
	if strings.Trim(last, "0123456789") == "" && a.Is4() {
		return Range{}, console.Refuse(exit.Usage, rangeHint,
			"%s is not a range: the last number of an IPv4 address is at most 255", console.Quoted(text))
	}
	if !strings.Contains(last, ":") && a.Is6() {
		return Range{}, console.Refuse(exit.Usage, "write the last address as a whole: 2001:db8::1-2001:db8::ff",
			"%s is not a range of IPv6 addresses", console.Quoted(text))
	}
	b, err := parseEnd(text, last)
	if err != nil {
		return Range{}, err
	}
	if a.BitLen() != b.BitLen() {
		return Range{}, console.Refuse(exit.Usage, rangeHint,
			"%s is not a range: one end is an IPv4 address, the other an IPv6 address", console.Quoted(text))
	}
	return span(text, a, b)
}

// span returns the range between two addresses.
func span(text string, a, b netip.Addr) (Range, error) {
	if !b.Less(a) {
		return Range{a, b}, nil
	}
	last := a.String()
	if p, err := b.Prefix(24); err == nil && a.Is4() && p.Contains(a) {
		last = strconv.Itoa(int(a.As4()[3]))
	}
	return Range{}, console.Refuse(exit.Usage, "write "+b.String()+"-"+last, "%s ends before it begins", console.Quoted(text))
}

// parseEnd reads an address of a range.
func parseEnd(text, address string) (netip.Addr, error) {
	user, host := cutUser(address)
	switch a, err := netip.ParseAddr(host); {
	case user != "":
		return a, console.Refuse(exit.Usage, rangeHint, "%s: a range has no user", console.Quoted(text))
	case err == nil && a.Is4In6():
		return a, console.Refuse(exit.Usage, "write its IPv4 addresses, such as "+a.Unmap().String(),
			"%s is a range of IPv4-mapped addresses", console.Quoted(text))
	case err == nil:
		return a, nil
	case strings.Count(host, ".") < 3 && !strings.Contains(host, ":"):
		return a, console.Refuse(exit.Usage, "write all four numbers: "+filled(host),
			"%s is not a range: %s is not an IPv4 address", console.Quoted(text), console.Quoted(host))
	default:
		return a, console.Refuse(exit.Usage, rangeHint,
			"%s is not a range: %s is not an address", console.Quoted(text), console.Quoted(host))
	}
}

// filled completes the first numbers of an IPv4 address, as in 10/8.
func filled(s string) string {
	s = strings.TrimSuffix(s, ".")
	return s + strings.Repeat(".0", 3-strings.Count(s, "."))
}

// family names the family of an address.
func family(a netip.Addr) string {
	if a.Is4() {
		return "IPv4"
	}
	return "IPv6"
}

// lastOf returns the last address of a prefix.
func lastOf(p netip.Prefix) netip.Addr {
	b := p.Addr().As16()
	for i := 128 - p.Addr().BitLen() + p.Bits(); i < 128; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	a := netip.AddrFrom16(b)
	if p.Addr().Is4() {
		return a.Unmap()
	}
	return a
}

// Size is how many addresses the range has; MaxUint64 if there are more than that.
func (r Range) Size() uint64 {
	first, last := r.First.As16(), r.Last.As16()
	low, borrow := bits.Sub64(binary.BigEndian.Uint64(last[8:]), binary.BigEndian.Uint64(first[8:]), 0)
	high, _ := bits.Sub64(binary.BigEndian.Uint64(last[:8]), binary.BigEndian.Uint64(first[:8]), borrow)
	if high > 0 || low == math.MaxUint64 {
		return math.MaxUint64
	}
	return low + 1
}

// Addresses yields the addresses in their order.
func (r Range) Addresses() iter.Seq[netip.Addr] {
	return func(yield func(netip.Addr) bool) {
		for a := r.First; a.IsValid() && !r.Last.Less(a); a = a.Next() {
			if !yield(a) {
				return
			}
		}
	}
}

// tooLarge refuses an IPv4 range with more addresses than one run should ask about.
func (r Range) tooLarge(text string) error {
	return console.Refuse(exit.Usage,
		"name parts of it in runs of their own; --shard spreads a run over machines, and --rate keeps it polite",
		"%s has %d addresses: a range has at most %d", console.Quoted(text), r.Size(), limits.RangeAddresses)
}
