package sshdlog

import (
	"bytes"
	"net/netip"
)

var (
	_from  = []byte(" from ")
	_port  = []byte(" port ")
	_rhost = []byte(" rhost=")
	_user  = []byte(" user=")
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
	if r, ok := cutPrefix(p.after, " port "); ok {
		if port, n := parsePort(r); n > 0 {
			p.port, p.after = port, r[n:]
		}
	}
	return p, true
}

// last reads the place "HOST port P" that is the end of b, with a blank or nothing before it.
func last(b []byte) (p place, ok bool) {
	i, port, unit := len(b), 0, 1
	for i > 0 && b[i-1]-'0' < 10 && unit <= 100_000 {
		i--
		port += int(b[i]-'0') * unit
		unit *= 10
	}
	n := i - len(" port ")
	if i == len(b) || port > 65535 || n < 0 || string(b[n:i]) != " port " {
		return place{}, false
	}
	p.port = uint16(port)
	ok = p.endOf(b[:n])
	return p, ok
}

// lastHost reads a host that is the end of b: what stands behind the last blank.
func lastHost(b []byte) (p place, ok bool) {
	ok = p.endOf(b)
	return p, ok
}

// endOf is lastHost. A place is large: not to copy it is a tenth of what reading a message
// takes.
func (p *place) endOf(b []byte) bool {
	i := len(b)
	for i > 0 && b[i-1] != ' ' {
		i--
	}
	p.host, p.before = b[i:], b[:i]
	p.addr, _ = parseAddr(p.host)
	return i < len(b)
}

// only finds the places "HOST port P" in b, wherever they are, with before right before them
// and behind right behind them. It returns the first, and how many there are, at most 2. The
// server's own is always among them, so if there is one, that is it.
func only(b []byte, before, behind string) (found place, n int) {
	for at := 0; n < 2; {
		i := bytes.Index(b[at:], _port)
		if i < 0 {
			break
		}
		i += at
		at = i + len(_port)
		port, digits := parsePort(b[at:])
		after := b[at+digits:]
		if digits == 0 || len(after) < len(behind) || string(after[:len(behind)]) != behind {
			continue
		}
		p, ok := lastHost(b[:i])
		if k := len(p.before) - len(before); !ok || k < 0 || string(p.before[k:]) != before {
			continue
		}
		if n++; n == 1 {
			found, found.port, found.after = p, port, after
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
	r := p.after
	for len(r) > 0 && (r[0] == ':' || r[0] == '.' || r[0] == ' ') {
		r = r[1:]
	}
	if len(r) > 0 {
		e.Rest = r
	}
	return true
}

// imitates reports whether text that a stranger chose has words with which the server names
// an address.
func imitates(b []byte) bool {
	i := bytes.IndexByte(b, ' ') // most names have none
	return i >= 0 && (bytes.Contains(b[i:], _from) || bytes.Contains(b[i:], _port) || bytes.Contains(b[i:], _rhost))
}
