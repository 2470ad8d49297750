package sshdlog

import (
	"bytes"

	"rdnsproxy/limits"
)

// Users who may not log in, or not from there (auth.c, auth-options.c, auth2-*.c).

// notAllowed reads "U[ from H] not allowed because REASON" (auth.c, allowed_user; H since 4.0).
// H is the name of a client whose mapping is confirmed, and else its address.
func (e *Event) notAllowed(r []byte, whole bool) bool {
	i := bytes.LastIndex(r, []byte(" not allowed because "))
	if i < 0 || !whole {
		e.Suspect = !whole
		return !whole
	}
	e.Rest = r[i+len(" not allowed because "):]
	p, ok := host(r[:i], 0, nil)
	if u, from := bytes.CutSuffix(p.before, _from); ok && from && fromHost(e.Rest) {
		e.set(p)
		e.user(u)
		return true
	}
	e.user(r[:i])
	return true
}

// fromHost tells the reasons that sshd gives together with the client.
func fromHost(reason []byte) bool {
	return !bytes.HasSuffix(reason, []byte("account is locked")) && !bytes.HasPrefix(reason, []byte("shell ")) &&
		!bytes.HasSuffix(reason, []byte(" exists"))
}

// deniedByPAM reads "U by PAM account configuration", or just U and a full stop.
func (e *Event) deniedByPAM(r []byte, whole bool) bool {
	u, ok := bytes.CutSuffix(r, []byte(" by PAM account configuration"))
	if !ok {
		if u, ok = bytes.CutSuffix(r, []byte(".")); !ok {
			return false
		}
	}
	e.user(u)
	return whole
}

// expired reads "U has expired" (allowed_user, since 3.2).
func (e *Event) expired(r []byte, whole bool) bool {
	u, ok := bytes.CutSuffix(r, []byte(" has expired"))
	e.user(u)
	e.Rest = bytes.TrimPrefix(r[len(u):], []byte(" "))
	return ok && whole
}

// restricted reads "U: REASON" (AIX, up to 3.8).
func (e *Event) restricted(r []byte, whole bool) bool {
	u, why, ok := bytes.Cut(r, []byte(": "))
	e.user(u)
	e.Rest = why
	return ok
}

// rootRefused reads "H[ port P]". Up to 3.x H may be a name.
func (e *Event) rootRefused(r []byte, whole bool) bool {
	if !e.left(r, whole) {
		e.Name = r
	}
	e.User, e.HasUser, e.Rest = root, true, nil
	return whole || e.Sure
}

// prohibited reads "[invalid user ]U from IP port P" (RefuseConnection, 9.9 on).
func (e *Event) prohibited(r []byte, whole bool) bool { return e.atEnd(r, whole) }

// badSignature reads "ALG[ ALG] signature for [invalid user ]U from IP port P rejected: WHY"
// (8.2 on): a FIDO key was not touched.
func (e *Event) badSignature(r []byte, whole bool) bool {
	i := bytes.Index(r, []byte(" signature for "))
	j := bytes.LastIndex(r, []byte(" rejected: user "))
	if i < 0 || j < i+len(" signature for ") {
		return false
	}
	e.atEnd(r[i+len(" signature for "):j], whole)
	e.Rest = r[j+len(" rejected: "):]
	return true
}

// fromKeyAt reads "FILE:LINE: Authentication tried for …" (7.7 on), from behind the first
// slash.
func (e *Event) fromKeyAt(r []byte, whole bool) bool {
	i := bytes.Index(r, []byte(": Authentication tried for "))
	if i < 0 {
		return false
	}
	digits := 0
	for digits < i && r[i-1-digits]-'0' < 10 {
		digits++
	}
	if digits == 0 || digits == i || r[i-1-digits] != ':' {
		return false
	}
	return e.fromKey(r[i+len(": Authentication tried for "):], whole)
}

// fromKey reads what sshd says of a key that only other places may use. U has an account.
//
//	U with correct key but not from a permitted host (host=H, ip=IP[, required=LIST]).
//	U with valid certificate but not from a permitted host (ip=IP).
//	U with valid certificate but not from a permitted source address (IP).
func (e *Event) fromKey(r []byte, whole bool) bool {
	i := bytes.Index(r, []byte(" with correct key but not from a permitted host (host="))
	if i < 0 {
		return e.fromCertificate(r, whole)
	}
	e.User, e.HasUser = r[:i], true
	r = r[i+len(" with correct key but not from a permitted host (host="):]
	i = bytes.Index(r, []byte(", ip="))
	if i < 0 {
		e.Suspect = true
		return true
	}
	e.Name, r = r[:i], r[i+len(", ip="):]
	end := bytes.IndexAny(r, ",)")
	if end < 0 || !whole || bytes.Contains(r, []byte(", ip=")) { // H is a PTR name, after all
		e.Name, e.Suspect = nil, true
		return true
	}
	e.Addr, e.Sure = parseAddr(r[:end])
	if list, ok := bytes.CutPrefix(r[end:], []byte(", required=")); ok {
		e.Rest = bytes.TrimSuffix(list, []byte(")."))
	}
	if string(e.Name) == string(r[:end]) {
		e.Name = nil
	}
	return true
}

func (e *Event) fromCertificate(r []byte, whole bool) bool {
	i := bytes.Index(r, []byte(" with valid certificate but not from a permitted "))
	j := bytes.LastIndexByte(r, '(')
	if i < 0 || j < i {
		return false
	}
	e.User, e.HasUser = r[:i], true
	a, ok := bytes.CutSuffix(bytes.TrimPrefix(r[j+1:], []byte("ip=")), []byte(")."))
	if addr, isAddr := parseAddr(a); ok && isAddr && whole {
		e.Addr, e.Sure = addr, true
	} else {
		e.Suspect = true
	}
	return true
}

// hostbased reads "A, but we resolve IP to H" (auth2-hostbased.c): A is what the client says.
func (e *Event) hostbased(r []byte, whole bool) bool {
	sep := []byte(", but we resolve ")
	i := bytes.Index(r, sep)
	if i < 0 || !whole || bytes.Contains(r[i+1:], sep) {
		e.Suspect = true
		return i >= 0 || !whole
	}
	p, ok := first(r[i+len(sep):])
	name, to := bytes.CutPrefix(p.after, []byte(" to "))
	if !ok || !to {
		e.Suspect = true
		return true
	}
	e.set(p)
	e.Name, e.Rest = name, r[:i]
	return true
}

// Connections that the listener refuses.

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
	if r, ok := bytes.CutPrefix(r[j:], []byte("]:")); ok {
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

// throttled reads "TIME, N connections dropped" (8.4 to 9.9). At LogLevel INFO the first of
// these N had a line of its own (sshd.c, drop_connection).
func (e *Event) throttled(r []byte, whole bool) bool {
	i := bytes.Index(r, []byte(", "))
	if i < 0 || !whole || !e.connections(r[i+2:]) {
		return false
	}
	e.Repeat--
	return e.Repeat > 0
}

func (e *Event) connections(r []byte) bool {
	n, i := uint32(0), 0
	for ; i < len(r) && r[i]-'0' < 10; i++ {
		n = min(n*10+uint32(r[i]-'0'), limits.LogRepeat)
	}
	e.Listener, e.Repeat = true, n
	return n > 0 && string(r[i:]) == " connections dropped"
}

// timedOut reads "IP[ port P]", or from 9.8 on "connection from IP to IP, pid = N".
func (e *Event) timedOut(r []byte, whole bool) bool {
	r, e.Listener = bytes.CutPrefix(r, []byte("connection from "))
	if !e.left(r, whole) {
		return bytes.HasPrefix(r, []byte("UNKNOWN"))
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
		part = bytes.TrimSuffix(part, []byte(":"))
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
	if q, ok := bytes.CutSuffix(r, []byte(")")); ok {
		if i := bytes.LastIndexByte(q, '('); i >= 0 {
			e.Addr, e.Sure = parseAddr(q[i+1:])
			r = bytes.TrimSuffix(q[:i], []byte(" "))
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
