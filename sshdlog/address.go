package sshdlog

import (
	"bytes"
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

// parse4 reads an IPv4 address. It is most of what parseAddr does, so it is written out.
func parse4(b []byte) (netip.Addr, bool) {
	if len(b) < 7 || len(b) > 15 {
		return netip.Addr{}, false
	}
	var a [4]byte
	part, n, v := 0, 0, 0
	for _, c := range b {
		switch {
		case c-'0' < 10:
			if n > 0 && v == 0 {
				return netip.Addr{}, false
			}
			v = v*10 + int(c-'0')
			if n++; v > 255 {
				return netip.Addr{}, false
			}
		case c == '.' && n > 0 && part < 3:
			a[part] = byte(v)
			part, n, v = part+1, 0, 0
		default:
			return netip.Addr{}, false
		}
	}
	a[part] = byte(v)
	return netip.AddrFrom4(a), part == 3 && n > 0
}

// parsePort reads the decimal digits that b begins with, and returns how many they are: 0 if
// there are none, or if they are no port.
func parsePort(b []byte) (uint16, int) {
	n, v := 0, 0
	for n < len(b) && b[n]-'0' < 10 {
		if v = v*10 + int(b[n]-'0'); v > 65535 {
			return 0, 0
		}
		n++
	}
	return uint16(v), n
}

var (
	_from = []byte(" from ")
	_port = []byte(" port ")
)

// A place is where a message has the client's address, in one of the forms "IP port P", "IP".
type place struct {
	host   []byte
	addr   netip.Addr // zero: host is a name, or UNKNOWN
	port   uint16
	before []byte // what stands before it
	after  []byte // what stands behind it
}

// first reads the place that b begins with. Punctuation may follow the address.
func first(b []byte) (p place, ok bool) {
	n := bytes.IndexByte(b, ' ')
	if n < 0 {
		n = len(b)
	}
	for ; n > 0; n-- {
		if p.addr, ok = parseAddr(b[:n]); ok {
			break
		}
		if c := b[n-1]; c != ':' && c != ',' && c != '.' {
			return place{}, false
		}
	}
	if !ok {
		return place{}, false
	}
	p.host, p.after = b[:n], b[n:]
	if r, ok := bytes.CutPrefix(p.after, _port); ok {
		if port, n := parsePort(r); n > 0 {
			p.port, p.after = port, r[n:]
		}
	}
	return p, true
}

// last reads the place "HOST port P" that is the end of b, with a blank or nothing before it.
func last(b []byte) (p place, ok bool) {
	i := len(b)
	for i > 0 && b[i-1]-'0' < 10 {
		i--
	}
	port, n := parsePort(b[i:])
	if n == 0 || i < len(_port) || string(b[i-len(_port):i]) != " port " {
		return place{}, false
	}
	return host(b[:i-len(_port)], port, b[len(b):])
}

// host reads the host that is the end of b: what stands behind the last blank.
func host(b []byte, port uint16, after []byte) (p place, ok bool) {
	i := bytes.LastIndexByte(b, ' ') + 1
	p = place{host: b[i:], before: b[:i], port: port, after: after}
	if len(p.host) == 0 {
		return place{}, false
	}
	p.addr, _ = parseAddr(p.host)
	return p, true
}

// only finds the places "HOST port P" in b, wherever they are, and returns the first and how
// many there are, at most 2. The server's own is always among them, so if there is one, that
// is it. With from, "from " must stand before it; with colon, ':' behind it.
func only(b []byte, from, colon bool) (found place, n int) {
	for at := 0; n < 2; {
		i := bytes.Index(b[at:], _port)
		if i < 0 {
			break
		}
		i += at
		at = i + len(_port)
		port, digits := parsePort(b[at:])
		if digits == 0 {
			continue
		}
		after := b[at+digits:]
		if colon && (len(after) == 0 || after[0] != ':') {
			continue
		}
		p, ok := host(b[:i], port, after)
		if !ok || from && !bytes.HasSuffix(p.before, _from[1:]) {
			continue
		}
		if n++; n == 1 {
			found = p
		}
	}
	return found, n
}

// set takes the server's own address from p.
func (e *Event) set(p place) {
	if string(p.host) == "UNKNOWN" {
		return
	}
	e.Port = p.port
	if e.Addr, e.Sure = p.addr, p.addr.IsValid(); !e.Sure {
		e.Name = p.host
	}
}

// left reads the address that b begins with: no stranger's text is before it. What follows,
// if anything does, is left in Rest.
func (e *Event) left(b []byte, whole bool) bool {
	p, ok := first(b)
	if !ok {
		return false
	}
	if !whole && len(p.after) == 0 { // what is last may be cut in two
		if p.port == 0 {
			return false
		}
		p.port = 0
	}
	e.set(p)
	if e.Rest = bytes.TrimLeft(p.after, ":. "); len(e.Rest) == 0 {
		e.Rest = nil
	}
	return true
}

// imitates reports whether text that a stranger chose has words with which the server names
// an address.
func imitates(b []byte) bool {
	return bytes.Contains(b, _from) || bytes.Contains(b, _port)
}
