package sshdlog

import "bytes"

// METHOD[/SUB] for [invalid user ]U from IP port P[ ssh2[: EXTRA]]
// auth.c, auth_log. U is at most 100 bytes before it is escaped. EXTRA (since 6.3) is a key,
// which may be a certificate with an ID of the client's choice, or what the client says it is.

// accepted reads "Accepted". Such a user has an account, whose name no stranger chose, so the
// first place is the server's.
func (e *Event) accepted(r []byte, whole bool) bool {
	r, ok := e.method(r)
	if !ok {
		return false
	}
	var p place
	if p.find(r, 0, "from ", "") == 0 || !whole && len(p.after) == 0 {
		return e.unsure(r)
	}
	e.took(&p)
	return true
}

// failed reads "Failed", "Partial" and "Postponed". METHOD tells whether there can be an EXTRA.
// Without privilege separation it is what the client sent, so what is not known here can be
// anything.
func (e *Event) failed(r []byte, whole bool) bool {
	r, ok := e.method(r)
	if !ok {
		return false
	}
	end := neverEndsAsPlace(e.Method)
	r = e.unknownPrefix(r)
	if !whole {
		return e.unsure(r)
	}
	var p place
	if end && p.last(protocol(r)) && hasSuffix(p.before, "from ") && !bytes.Contains(p.before, []byte(" ssh2: ")) {
		e.took(&p)
		return true
	}
	if p = (place{}); p.only(r, "from ", "") {
		e.took(&p)
		return true
	}
	return e.unsure(r)
}

// neverEndsAsPlace tells the methods whose EXTRA never ends as the place does.
func neverEndsAsPlace(method []byte) bool {
	if string(method) == "password" { // nearly always
		return true
	}
	method, _, _ = bytes.Cut(method, []byte("/"))
	switch string(method) {
	case "password", "none", "publickey", "keyboard-interactive", "hostbased", "challenge-response", "rsa", "dsa":
		return true
	}
	return false
}

func (e *Event) method(r []byte) ([]byte, bool) {
	i := len("password")
	if !hasPrefix(r, "password ") {
		i = bytes.IndexByte(r, ' ')
	}
	if i <= 0 || !hasPrefix(r[i:], " for ") {
		return nil, false
	}
	e.Method = r[:i]
	return r[i+5:], true
}

// userFrom reads "[invalid user ]U from IP port P[ ssh2]".
func (e *Event) userFrom(r []byte, whole bool) bool {
	r = e.unknownPrefix(r)
	var p place
	if !p.last(protocol(r)) || !whole || !hasSuffix(p.before, "from ") {
		return e.unsure(r)
	}
	e.took(&p)
	return true
}

// protocol takes " ssh2" or " ssh1" off the end.
func protocol(r []byte) []byte {
	if n := len(r) - len(" ssh2"); n > 0 && string(r[n:n+4]) == " ssh" && (r[n+4] == '2' || r[n+4] == '1') {
		return r[:n]
	}
	return r
}

// unknownPrefix takes off how the server calls a user that it does not know.
func (e *Event) unknownPrefix(r []byte) []byte {
	if len(r) > 0 && r[0] == 'i' {
		if q, ok := cutPrefix(r, "invalid user "); ok {
			e.Invalid, r = true, q
		} else if q, ok := cutPrefix(r, "illegal user "); ok {
			e.Invalid, r = true, q
		}
	}
	return r
}

// took takes the address from p, the user from "U from " before it, and what stands behind
// it.
func (e *Event) took(p *place) {
	p.before = trimSuffix(p.before, "from ")
	e.take(p)
}

// take takes the address from p, the user from "U " before it, and what stands behind it.
func (e *Event) take(p *place) {
	e.set(p)
	e.user(trimSuffix(p.before, " "))
	if len(p.after) == 0 {
		return
	}
	r, ok := cutPrefix(p.after, " ssh2")
	if !ok {
		r = trimPrefix(r, " ssh1")
	}
	for len(r) > 0 && (r[0] == ':' || r[0] == ' ') {
		r = r[1:]
	}
	if len(r) > 0 {
		e.Rest = r
		e.Suspect = e.Suspect || imitates(r)
	}
}

// user sets the user. The server of Solaris, and sshd 2.3, log no name that they do not know,
// and up to 3.6.1 root is ROOT.
func (e *Event) user(u []byte) {
	e.User, e.HasUser = u, true
	if !e.Invalid && len(u) > 0 {
		switch {
		case u[0] == '<' && string(u) == "<invalid username>", u[0] == 'N' && string(u) == "NOUSER":
			e.User, e.HasUser, e.Invalid = nil, false, true
			return
		case u[0] == 'R' && string(u) == "ROOT":
			e.User = root
		}
	}
	if e.Invalid {
		e.hide(u)
	}
	e.Suspect = e.Suspect || imitates(u)
}

var root = []byte("root")

// unsure leaves an event without an address and without a user. If "invalid user" stands
// before r, any part of r may be a password.
func (e *Event) unsure(r []byte) bool {
	e.Suspect = true
	e.User, e.HasUser = nil, false
	if e.Invalid {
		e.hide(r)
	}
	return true
}

// unknown reads "Invalid user U from IP[ port P]" (auth.c, getpwnamallow; the port since 7.3).
func (e *Event) unknown(r []byte, whole bool) bool {
	e.Invalid = true
	if !whole {
		return e.unsure(r)
	}
	var p place
	if !p.end(r) || !hasSuffix(p.before, "from ") {
		return e.unsure(r)
	}
	e.took(&p)
	return true
}

// tooManyCut reads what sshd up to 6.7 gives as its reason to disconnect: U, whether or not
// there is such a user, and in 6.7 the same as userFrom reads. That is cut at 100 bytes, and if its
// end is a stranger's, then so may be the blanks that are lost there, and a " [preauth]".
func (e *Event) tooManyCut(r []byte, whole bool) bool {
	e.Suspect = bytes.Contains(r, _from)
	e.hide(r)
	return true
}

// letIn reads "U from HOST, accepted without authentication." (auth1.c, up to 2.3).
func (e *Event) letIn(r []byte, whole bool) bool {
	r, ok := cutSuffix(r, ", accepted without authentication.")
	if !ok {
		return false
	}
	var p place
	if !p.lastHost(r) || !hasSuffix(p.before, "from ") {
		return false
	}
	e.took(&p)
	return true
}
