package check

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"rdnsproxy/resolve"
)

// isGenericName reports whether a name contains the address in one of the usual spellings
// of generated names: 192-168-1-243, 243.1.168.192, ip-192-168-1-243, 192168001243,
// c0a801f3, 3232236019; for IPv6 the groups, the nibbles or the interface identifier. Such
// a name was not made for one host.
func isGenericName(n resolve.Name, a netip.Addr) bool {
	name := strings.NewReplacer(".", "-", "_", "-").Replace(string(n))
	for _, s := range spellings(a) {
		if containsToken(name, s) {
			return true
		}
	}
	return false
}

// containsToken reports whether name contains s with no decimal digit next to it: 1-2-3-4
// is not a token of 11-2-3-4. A long run without separators counts anywhere.
func containsToken(name, s string) bool {
	for from := 0; ; {
		i := strings.Index(name[from:], s)
		if i < 0 {
			return false
		}
		begin, end := from+i, from+i+len(s)
		longer := begin > 0 && decimal(name[begin-1]) || end < len(name) && decimal(name[end])
		if !longer || len(s) >= 8 && !strings.Contains(s, "-") { // so long a run is not chance
			return true
		}
		from = begin + 1
	}
}

func decimal(c byte) bool { return '0' <= c && c <= '9' }

// spellings returns the ways of writing the address, with - for every separator.
func spellings(a netip.Addr) []string {
	if a.Is4() {
		return spellings4(a.As4())
	}
	return spellings6(a.As16())
}

func spellings4(b [4]byte) []string {
	var all []string
	octets := b[:]
	for range 2 {
		all = append(all,
			join(octets, "%d", "-"), join(octets, "%03d", "-"), join(octets, "%02x", "-"),
			join(octets, "%03d", ""), join(octets, "%02x", ""))
		slices.Reverse(octets)
	}
	// Providers often leave out the first octet. Fewer than three octets can be chance.
	all = append(all, join(b[1:], "%d", "-"), join([]byte{b[3], b[2], b[1]}, "%d", "-"))
	whole := uint64(b[0])<<24 | uint64(b[1])<<16 | uint64(b[2])<<8 | uint64(b[3])
	return append(all, strconv.FormatUint(whole, 10))
}

func spellings6(b [16]byte) []string {
	var nibbles []byte
	var groups []uint16
	for i, x := range b {
		nibbles = append(nibbles, x>>4, x&15)
		if i%2 == 1 {
			groups = append(groups, uint16(b[i-1])<<8|uint16(x))
		}
	}
	all := []string{
		join(nibbles, "%x", ""), join(nibbles, "%x", "-"),
		join(groups, "%x", "-"), join(groups, "%04x", "-"),
	}
	if short := strings.ReplaceAll(netip.AddrFrom16(b).String(), ":", "-"); len(short) >= 8 {
		all = append(all, short)
	}
	// A small interface identifier (::7) was assigned by hand and can match by chance.
	if b[8]|b[9]|b[10]|b[11] != 0 {
		all = append(all, join(nibbles[16:], "%x", ""), join(groups[4:], "%x", "-"), join(groups[4:], "%04x", "-"))
	}
	slices.Reverse(nibbles)
	return append(all, join(nibbles, "%x", ""), join(nibbles, "%x", "-"))
}

func join[T byte | uint16](parts []T, format, sep string) string {
	var words []string
	for _, p := range parts {
		words = append(words, fmt.Sprintf(format, p))
	}
	return strings.Join(words, sep)
}
