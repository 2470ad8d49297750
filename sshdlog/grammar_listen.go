package sshdlog

import (
	"bytes"

	"rdnsproxy/limits"
)

// What the process that listens says (sshd.c, srclimit.c), and what libwrap and LoginGraceTime
// say in its place in some releases.

// dropped reads "N from [IP]:P on [IP]:P REASON" (sshd.c, 7.4 on).
func (e *Event) dropped(r []byte, whole bool) bool {
	e.Listener = true
	i := bytes.Index(r, []byte(" from ["))
	if i < 0 {
		return false
	}
	r = r[i+len(" from ["):]
	j := bytes.IndexByte(r, ']')
	if j < 0 {
		return false
	}
	if e.Addr, e.Sure = parseAddr(r[:j]); !e.Sure {
		return false
	}
	if r, ok := cutPrefix(r[j:], "]:"); ok {
		port, n := parsePort(r)
		e.Port, r = port, r[n:]
		if k := bytes.Index(r, []byte("]:")); k >= 0 {
			_, e.Rest, _ = bytes.Cut(r[k:], []byte(" "))
		}
	}
	return true
}

// limited reads "REASON logging rate-limited: additional N connections dropped" (10.0 on).
func (e *Event) limited(r []byte, whole bool) bool {
	i := bytes.Index(r, []byte(" logging rate-limited: additional "))
	return i >= 0 && whole && e.connections(r[i+len(" logging rate-limited: additional "):])
}

// throttled reads "TIME, N connections dropped" (8.4 to 9.9). Of these N, at LogLevel VERBOSE each had
// a line of its own, and at INFO the first one in five minutes (sshd.c, drop_connection).
func (e *Event) throttled(r []byte, whole bool) bool {
	i := bytes.Index(r, []byte(", "))
	return i >= 0 && whole && e.connections(r[i+2:])
}

func (e *Event) connections(r []byte) bool {
	n, digits := number(r)
	e.Listener, e.Repeat = true, min(n, limits.LogRepeat)
	return n > 0 && string(r[digits:]) == " connections dropped"
}

// timedOut reads "IP[ port P]", or from 9.8 on "connection from IP to IP, pid = N".
func (e *Event) timedOut(r []byte, whole bool) bool {
	r, e.Listener = cutPrefix(r, "connection from ")
	if !e.left(r, whole) {
		return hasPrefix(r, "UNKNOWN")
	}
	_, e.Rest, _ = bytes.Cut(e.Rest, []byte(", pid = "))
	e.Rest, _, _ = bytes.Cut(e.Rest, []byte(" "))
	return true
}

// penalty reads "ipv4: new NET active penalty of S seconds for REASON", or, of one that was
// deferred before and had no effect, "NET: activating ipv4 penalty …" (srclimit.c, 9.8 on).
func (e *Event) penalty(r []byte, whole bool) bool {
	e.Listener = true
	for part := range bytes.FieldsSeq(r) {
		part = trimSuffix(part, ":")
		host, bits, ok := bytes.Cut(part, []byte("/"))
		if a, isAddr := parseAddr(host); ok && isAddr {
			e.Rest = part
			// The client's address stands before the length of its net.
			n, _ := parsePort(bits)
			if net, err := a.Prefix(int(n)); err == nil && (int(n) == a.BitLen() || net.Addr() != a) {
				e.Addr, e.Sure = a, true
			}
			return !bytes.Contains(r, []byte(" deferred penalty "))
		}
	}
	return false
}

// refused reads what libwrap's refuse.c says: "[USER@]H" or "[USER@]H (IP)".
func (e *Event) refused(r []byte, whole bool) bool {
	if !whole {
		e.Suspect = true
		return true
	}
	if q, ok := cutSuffix(r, ")"); ok {
		if i := bytes.LastIndexByte(q, '('); i >= 0 {
			e.Addr, e.Sure = parseAddr(q[i+1:])
			r = trimSuffix(q[:i], " ")
		}
	}
	name := r[bytes.LastIndexByte(r, '@')+1:]
	if a, ok := parseAddr(name); !ok {
		e.Name = name
	} else if !e.Sure {
		e.Addr, e.Sure = a, true
	}
	return true
}
