package sshdlog

import (
	"bytes"
	"math/bits"
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
func (p *place) first(b []byte) bool {
	if len(b) == 0 || b[0] > 'f' || hasPrefix(b, "authenticating ") { // a user comes first
		return false
	}
	n := bytes.IndexByte(b, ' ')
	if n < 0 {
		n = len(b)
	}
	for ok := false; ; n-- {
		if p.addr, ok = parseAddr(b[:n]); ok {
			break
		}
		if n == 0 || b[n-1] != ':' && b[n-1] != ',' && b[n-1] != '.' {
			return false
		}
	}
	p.host, p.after = b[:n], b[n:]
	if r, ok := cutPrefix(p.after, " port "); ok {
		if port, n := parsePort(r); n > 0 {
			p.port, p.after = port, r[n:]
		}
	}
	return true
}

// last reads the place "HOST port P" that is the end of b, with a blank or nothing before it.
func (p *place) last(b []byte) bool {
	if len(b) < 8 {
		return false
	}
	port, digits := trailingDigits(word(b[len(b)-8:]))
	n := len(b) - digits - len(" port ")
	if digits == 0 || digits > 6 || port > 65535 || n < 0 || string(b[n:n+len(" port ")]) != " port " {
		return false
	}
	p.port = uint16(port)
	return p.lastHost(b[:n])
}

// end reads the place at the end of b, with its port or, as up to 7.2, without one.
func (p *place) end(b []byte) bool {
	if p.last(b) {
		return true
	}
	*p = place{}
	return p.lastHost(b)
}

// lastHost reads a host that is the end of b: what stands behind the last blank.
func (p *place) lastHost(b []byte) bool {
	i := lastWord(b)
	p.host, p.before = b[i:], b[:i]
	p.addr, _ = parseAddr(p.host)
	return i < len(b)
}

// lastWord returns what stands before the last word of b, with the blank behind it.
func lastWord(b []byte) int {
	i := len(b)
	for ; i >= 8; i -= 8 {
		if w := blanks(word(b[i-8:])); w != 0 {
			return i - bits.LeadingZeros64(w)/8
		}
	}
	for i > 0 && b[i-1] != ' ' {
		i--
	}
	return i
}

// find looks for a place "HOST port P" in b, from at on, with before right before it and behind
// right behind it. It returns where to look for the next one; 0: there is none.
func (p *place) find(b []byte, at int, before, behind string) (next int) {
	for {
		i := bytes.Index(b[at:], _port)
		if i < 0 {
			return 0
		}
		i += at
		at = i + len(_port)
		port, digits := parsePort(b[at:])
		if after := b[at+digits:]; digits > 0 && hasPrefix(after, behind) && p.lastHost(b[:i]) && hasSuffix(p.before, before) {
			p.port, p.after = port, after
			return at
		}
	}
}

// only reads the place that find finds, wherever it is, if there is no other one. The server's own
// is always among them, so if there is one, that is it.
func (p *place) only(b []byte, before, behind string) bool {
	at := p.find(b, 0, before, behind)
	return at > 0 && new(place).find(b, at, before, behind) == 0
}

// set takes the server's own address from p.
func (e *Event) set(p *place) {
	if p.addr.IsValid() {
		e.Addr, e.Sure, e.Port = p.addr, true, p.port
		return
	}
	if string(p.host) == "UNKNOWN" {
		return
	}
	e.Name, e.Port = p.host, p.port
	e.Addr, e.Sure = netip.Addr{}, false
}

// left reads the address that b begins with: no stranger's text is before it. What follows,
// if anything does, is left in Rest.
func (e *Event) left(b []byte, whole bool) bool {
	var p place
	if !p.first(b) {
		return false
	}
	if !whole && len(p.after) == 0 { // what is last may be cut in two
		if p.port == 0 {
			return false
		}
		p.port = 0
	}
	e.set(&p)
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
	for {
		i := bytes.IndexByte(b, ' ')
		if i < 0 {
			return false
		}
		if b = b[i:]; hasPrefix(b, " from ") || hasPrefix(b, " port ") || hasPrefix(b, " rhost=") {
			return true
		}
		b = b[1:]
	}
}
