package sshdlog

import "bytes"

// The complaints about reverse mapping (canohost.c, and auth.c since 7.3: remote_hostname).
// N is the PTR name. Up to 4.2 it is BREAKIN, up to 7.2 BREAK-IN.

// mapFailed reads "N[ [IP]] failed" and its end: the address is there since 4.4.
func (e *Event) mapFailed(r []byte, whole bool) bool {
	if !whole {
		e.Suspect = true
		return true
	}
	r, ok := cutSuffix(r, " - POSSIBLE BREAK-IN ATTEMPT!")
	old := false
	if !ok {
		if r, ok = cutSuffix(r, "."); !ok {
			r, old = cutSuffix(r, " - POSSIBLE BREAKIN ATTEMPT!")
			ok = old
		}
	}
	if ok {
		r, ok = cutSuffix(r, " failed")
	}
	if !ok {
		return false
	}
	e.Name = r
	if r, ok := cutSuffix(r, "]"); ok && !old {
		var p place
		if p.lastHost(r) && p.host[0] == '[' {
			if a, ok := parseAddr(p.host[1:]); ok {
				e.Addr, e.Sure = a, true
				e.Name = trimSuffix(p.before, " ")
			}
		}
	}
	return true
}

// mismatch reads "IP maps to N, but this does not map back to the address" and its end.
func (e *Event) mismatch(r []byte, whole bool) bool {
	var p place
	if !p.first(r) {
		return false
	}
	r, ok := cutPrefix(p.after, " maps to ")
	if !ok {
		return false
	}
	e.set(&p)
	if i := bytes.LastIndex(r, []byte(", but this does not map back to the address")); i >= 0 {
		e.Name = r[:i]
	} else if whole {
		return false
	}
	return true
}

// numeric reads `N" is set up for IP, ignoring` (since 3.7). N is a number.
func (e *Event) numeric(r []byte, whole bool) bool {
	r, ok := cutSuffix(r, ", ignoring")
	i := bytes.LastIndex(r, []byte(`" is set up for `))
	if !ok || !whole || i < 0 {
		return false
	}
	e.Name = r[:i]
	e.Addr, e.Sure = parseAddr(r[i+len(`" is set up for `):])
	return true
}

// libwrap reads a warning of libwrap's (socket.c, sock_hostname), which says what sshd says,
// mostly without the address: "[FILE, line N: ]WHAT".
func (e *Event) libwrap(r []byte, whole bool) bool {
	if i := bytes.Index(r, []byte(", line ")); i > 0 && r[0] == '/' {
		if j := bytes.Index(r[i:], []byte(": ")); j > 0 {
			r = r[i+j+2:]
		}
	}
	if q, ok := cutPrefix(r, "can't verify hostname: "); ok {
		i, j := bytes.IndexByte(q, '('), bytes.LastIndex(q, []byte(") failed"))
		if i < 0 || j < i {
			return false
		}
		e.Name, _, _ = bytes.Cut(q[i+1:j], []byte(","))
		return true
	}
	e.Kind = MapMismatch
	if q, ok := cutPrefix(r, "host name/address mismatch: "); ok {
		a, name, ok := bytes.Cut(q, []byte(" != "))
		e.Addr, e.Sure = parseAddr(a)
		e.Name = name
		return ok && e.Sure
	}
	if q, ok := cutPrefix(r, "host name/name mismatch: "); ok {
		_, e.Name, ok = bytes.Cut(q, []byte(" != "))
		return ok
	}
	return false
}
