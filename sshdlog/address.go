package sshdlog

import (
	"bytes"
	"encoding/binary"
	"net/netip"
)

// parseAddr reads an address as getnameinfo prints it with NI_NUMERICHOST. A zone is
// dropped: it is the name of an interface of the server's.
func parseAddr(b []byte) (netip.Addr, bool) {
	if len(b) < 2 || len(b) > 64 {
		return netip.Addr{}, false
	}
	if b[0]-'0' < 10 {
		if a, ok := parse4(b); ok {
			return a, true
		}
	}
	if i := bytes.IndexByte(b, '%'); i > 0 && i+1 < len(b) {
		b = b[:i]
	}
	return parse6(b)
}

// parse6 reads an IPv6 address (RFC 4291, section 2.2). Unlike netip.ParseAddr it makes no
// error, which would be an allocation.
func parse6(b []byte) (netip.Addr, bool) {
	var a [16]byte
	at, gap := 0, -1
	if len(b) > 1 && b[0] == ':' && b[1] == ':' {
		gap, b = 0, b[2:]
	}
	for len(b) > 0 && at < 16 {
		v, n := 0, 0
		for n < len(b) && n < 5 {
			d := hex(b[n])
			if d < 0 {
				break
			}
			v, n = v<<4|d, n+1
		}
		if n < len(b) && b[n] == '.' {
			a4, ok := parse4(b)
			if !ok || at > 12 {
				return netip.Addr{}, false
			}
			v4 := a4.As4()
			at, b = at+copy(a[at:], v4[:]), nil
			break
		}
		if n == 0 || n > 4 {
			return netip.Addr{}, false
		}
		a[at], a[at+1] = byte(v>>8), byte(v)
		at, b = at+2, b[n:]
		if len(b) == 0 {
			break
		}
		if b[0] != ':' || len(b) == 1 {
			return netip.Addr{}, false
		}
		if b = b[1:]; b[0] == ':' {
			if gap >= 0 {
				return netip.Addr{}, false
			}
			gap, b = at, b[1:]
		}
	}
	if len(b) > 0 || at == 16 && gap >= 0 || at < 16 && gap < 0 {
		return netip.Addr{}, false
	}
	if gap >= 0 {
		n := copy(a[16-(at-gap):], a[gap:at])
		clear(a[gap : 16-n])
	}
	return netip.AddrFrom16(a).Unmap(), true
}

func hex(c byte) int {
	switch {
	case c-'0' < 10:
		return int(c - '0')
	case c|0x20-'a' < 6:
		return int(c|0x20-'a') + 10
	}
	return -1
}

// parse4 reads an IPv4 address. It is most of what parseAddr does, so it is written out: each test
// of a digit may be one that a processor guesses wrong.
func parse4(b []byte) (netip.Addr, bool) {
	if len(b) < 7 || len(b) > 15 {
		return netip.Addr{}, false
	}
	i, a := 0, uint32(0)
	for part := 0; ; part++ {
		if i == len(b) || b[i]-'0' > 9 {
			return netip.Addr{}, false
		}
		v := uint32(b[i] - '0')
		if i++; i < len(b) && b[i]-'0' < 10 && v > 0 {
			v = v*10 + uint32(b[i]-'0')
			if i++; i < len(b) && b[i]-'0' < 10 {
				v = v*10 + uint32(b[i]-'0')
				if i++; v > 255 {
					return netip.Addr{}, false
				}
			}
		}
		if a = a<<8 | v; part == 3 {
			return addr4(a), i == len(b)
		}
		if i == len(b) || b[i] != '.' {
			return netip.Addr{}, false
		}
		i++
	}
}

// addr4 is AddrFrom4 of four bytes that are written at once: to write each, and then read all at once,
// makes a processor wait.
func addr4(v uint32) netip.Addr {
	var a [4]byte
	binary.BigEndian.PutUint32(a[:], v)
	return netip.AddrFrom4(a)
}

// parsePort reads the decimal digits that b begins with, and returns how many they are: 0 if
// there are none, or if they are no port.
func parsePort(b []byte) (uint16, int) {
	if len(b) >= 8 {
		if v, n := leadingDigits(word(b)); n > 0 && n < 8 && v < 1<<16 {
			return uint16(v), n
		}
	}
	n, v := 0, 0
	for n < len(b) && b[n]-'0' < 10 {
		if v = v*10 + int(b[n]-'0'); v > 65535 {
			return 0, 0
		}
		n++
	}
	return uint16(v), n
}
