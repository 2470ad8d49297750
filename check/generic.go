package check

import (
	"bytes"
	"iter"
	"net/netip"
	"slices"
	"strconv"

	"rdnsproxy/resolve"
)

// isGenericName reports whether a name contains the address in one of the usual spellings
// of generated names: 192-168-1-243, 243.1.168.192, ip-192-168-1-243, 192168001243,
// c0a801f3, 3232236019; for IPv6 the groups, the nibbles or the interface identifier. Such
// a name was not made for one host.
func isGenericName(n resolve.Name, a netip.Addr) bool {
	name := append(make([]byte, 0, 256), n...)
	for i, c := range name {
		if c == '.' || c == '_' {
			name[i] = '-'
		}
	}
	for s := range spellings(a) {
		if containsToken(name, s) {
			return true
		}
	}
	return false
}

// containsToken reports whether name contains s with no decimal digit next to it: 1-2-3-4
// is not a token of 11-2-3-4. A long run without separators counts anywhere.
func containsToken(name, s []byte) bool {
	for from := 0; ; {
		i := bytes.Index(name[from:], s)
		if i < 0 {
			return false
		}
		begin, end := from+i, from+i+len(s)
		longer := begin > 0 && decimal(name[begin-1]) || end < len(name) && decimal(name[end])
		if !longer || len(s) >= 8 && bytes.IndexByte(s, '-') < 0 { // so long a run is not chance
			return true
		}
		from = begin + 1
	}
}

func decimal(c byte) bool { return '0' <= c && c <= '9' }

// spelling is a way of writing the parts of an address, with - for every separator.
type spelling struct {
	base, width int // of each part; narrower ones get zeros
	separator   string
}

var (
	ofOctets  = [...]spelling{{10, 1, "-"}, {10, 3, "-"}, {16, 2, "-"}, {10, 3, ""}, {16, 2, ""}}
	ofGroups  = [...]spelling{{16, 1, "-"}, {16, 4, "-"}}
	ofNibbles = [...]spelling{{16, 1, ""}, {16, 1, "-"}}
)

// spellings yields the ways of writing the address. Each is valid until the next one.
func spellings(a netip.Addr) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if a.Is4() {
			yieldSpellings4(a.As4(), yield)
		} else {
			yieldSpellings6(a.As16(), yield)
		}
	}
}

func yieldSpellings4(b [4]byte, yield func([]byte) bool) {
	var room [16]byte
	whole := uint64(b[0])<<24 | uint64(b[1])<<16 | uint64(b[2])<<8 | uint64(b[3])
	// Providers often leave out the first octet. Fewer than three octets can be chance.
	octets, short := b[:], b[1:]
	for range 2 {
		if !yieldAll(octets, ofOctets[:], yield) || !yieldAll(short, ofOctets[:1], yield) {
			return
		}
		slices.Reverse(octets)
		short = octets[:3]
	}
	yield(strconv.AppendUint(room[:0], whole, 10))
}

func yieldSpellings6(b [16]byte, yield func([]byte) bool) {
	var room [64]byte
	var nibbles [32]byte
	var groups [8]uint16
	for i, x := range b {
		nibbles[2*i], nibbles[2*i+1] = x>>4, x&15
		groups[i/2] = groups[i/2]<<8 | uint16(x)
	}
	if !yieldAll(nibbles[:], ofNibbles[:], yield) || !yieldAll(groups[:], ofGroups[:], yield) {
		return
	}
	short := netip.AddrFrom16(b).AppendTo(room[:0])
	for i, c := range short {
		if c == ':' {
			short[i] = '-'
		}
	}
	if len(short) >= 8 && !yield(short) {
		return
	}
	// A small interface identifier (::7) was assigned by hand and can match by chance.
	if b[8]|b[9]|b[10]|b[11] != 0 &&
		(!yieldAll(nibbles[16:], ofNibbles[:1], yield) || !yieldAll(groups[4:], ofGroups[:], yield)) {
		return
	}
	slices.Reverse(nibbles[:])
	yieldAll(nibbles[:], ofNibbles[:], yield)
}

// yieldAll yields some parts of an address in several spellings. It returns false if no
// more are wanted.
func yieldAll[T byte | uint16](parts []T, ways []spelling, yield func([]byte) bool) bool {
	var room [80]byte
	for _, way := range ways {
		text := room[:0]
		for i, p := range parts {
			if i > 0 {
				text = append(text, way.separator...)
			}
			var digits [8]byte
			d := strconv.AppendUint(digits[:0], uint64(p), way.base)
			for range way.width - len(d) {
				text = append(text, '0')
			}
			text = append(text, d...)
		}
		if !yield(text) {
			return false
		}
	}
	return true
}
