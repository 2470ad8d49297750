package sshdlog

import "bytes"

// The messages of Dropbear (svr-auth.c, svr-authpasswd.c, svr-authpubkey.c, svr-session.c).
// It names only users who exist, and the client is "IP:P", in brackets or not if it is IPv6.
var dropbearWords = [...][]wording{
	'A': {{"Auth succeeded with blank password for '", Accepted, (*Event).dropbearQuoted}},
	'B': dropbearBad, 'b': dropbearBad,
	'C': {{"Child connection from ", Start, (*Event).dropbearClient}},
	'E': {
		{"Exit before auth from <", End, (*Event).dropbearExit},
		{"Exit before auth", End, (*Event).dropbearExitOld},
		{"Exit (", Gone, (*Event).dropbearGone},
	},
	'L': {
		{"Login attempt for nonexistent user", Invalid, (*Event).dropbearUnknown},
		{"Login attempt with wrong user ", NotAllowed, (*Event).dropbearWrong},
		{"Logins are restricted to the group ", NotAllowed, (*Event).dropbearGroup},
	},
	'P': dropbearPassed, 'p': dropbearPassed,
	'r': {{"root login rejected", NotAllowed, (*Event).dropbearRoot}},
	'U': {{"User '", NotAllowed, (*Event).dropbearShell}},
}

var (
	dropbearBad = []wording{
		{"Bad password attempt for '", Failed, (*Event).dropbearQuoted},
		{"bad password attempt for '", Failed, (*Event).dropbearQuoted},
		{"Bad PAM password attempt for '", Failed, (*Event).dropbearQuoted},
		{"bad PAM password attempt for '", Failed, (*Event).dropbearQuoted},
	}
	dropbearPassed = []wording{
		{"Password auth succeeded for '", Accepted, (*Event).dropbearQuoted},
		{"password auth succeeded for '", Accepted, (*Event).dropbearQuoted},
		{"Pubkey auth succeeded for '", Accepted, (*Event).dropbearQuoted},
		{"pubkey auth succeeded for '", Accepted, (*Event).dropbearQuoted},
		{"PAM password auth succeeded for '", Accepted, (*Event).dropbearQuoted},
		{"Pubkey auth attempt with unknown algo for '", Failed, (*Event).dropbearQuoted},
		{"pubkey auth attempt with unknown algo for '", Failed, (*Event).dropbearQuoted},
	}
)

// dropbearPlace reads "IP:P".
func dropbearPlace(b []byte) (p place, ok bool) {
	i := bytes.LastIndexByte(b, ':')
	if i < 1 {
		return place{}, false
	}
	port, n := parsePort(b[i+1:])
	if n == 0 || i+1+n != len(b) {
		return place{}, false
	}
	h := b[:i]
	if h[0] == '[' && h[len(h)-1] == ']' {
		h = h[1 : len(h)-1]
	}
	p.port = port
	p.addr, ok = parseAddr(h)
	return p, ok
}

// dropbearClient reads a client that is all there is.
func (e *Event) dropbearClient(r []byte, whole bool) bool {
	p, ok := dropbearPlace(r)
	e.set(&p)
	return ok && whole
}

// dropbearQuoted reads "U'[ with KEY] from IP:P".
func (e *Event) dropbearQuoted(r []byte, whole bool) bool {
	if !whole {
		e.Suspect = true
		return true
	}
	i := bytes.LastIndex(r, _from)
	if i < 0 { // up to 0.46 without the client
		i = len(r)
	}
	j := bytes.IndexByte(r[:i], '\'')
	if j < 0 {
		return false
	}
	e.user(r[:j])
	e.Rest = trimPrefix(r[j+1:i], " with ")
	if i < len(r) {
		if p, ok := dropbearPlace(r[i+len(_from):]); ok {
			e.set(&p)
		}
	}
	return true
}

// dropbearUnknown reads "[ from IP:P]": a user who does not exist is not named. Without
// the client in 2022.83.
func (e *Event) dropbearUnknown(r []byte, whole bool) bool {
	if e.Invalid = true; len(r) == 0 {
		return whole
	}
	p, ok := dropbearPlace(trimPrefix(r, " from "))
	e.set(&p)
	return ok && whole
}

// dropbearWrong reads "U from IP:P".
func (e *Event) dropbearWrong(r []byte, whole bool) bool {
	i := bytes.LastIndex(r, _from)
	if i < 0 || !whole {
		return false
	}
	e.user(r[:i])
	p, ok := dropbearPlace(r[i+len(_from):])
	e.set(&p)
	return ok
}

// dropbearGroup reads "G but user 'U' is not a member".
func (e *Event) dropbearGroup(r []byte, whole bool) bool {
	r, ok := cutSuffix(r, "' is not a member")
	i := bytes.Index(r, []byte(" but user '"))
	if !ok || i < 0 {
		return false
	}
	e.user(r[i+len(" but user '"):])
	return true
}

// dropbearShell reads "U' has invalid shell, rejected".
func (e *Event) dropbearShell(r []byte, whole bool) bool {
	u, why, ok := bytes.Cut(r, []byte("' "))
	e.user(u)
	e.Rest = why
	return ok && string(why) == "has invalid shell, rejected"
}

func (e *Event) dropbearRoot(r []byte, whole bool) bool {
	e.User, e.HasUser = root, true
	return len(r) == 0
}

// dropbearExit reads "IP:P>: [(user 'U', N fails): ]WHY".
func (e *Event) dropbearExit(r []byte, whole bool) bool {
	i := bytes.Index(r, []byte(">: "))
	if i < 0 {
		return false
	}
	p, ok := dropbearPlace(r[:i])
	e.set(&p)
	e.dropbearFails(r[i+3:])
	return ok
}

// dropbearFails reads "[(user 'U', N fails): ]WHY".
func (e *Event) dropbearFails(r []byte) {
	if q, ok := cutPrefix(r, "(user '"); ok {
		if i := bytes.Index(q, []byte("', ")); i >= 0 {
			e.user(q[:i])
			_, r, _ = bytes.Cut(q[i:], []byte("): "))
		}
	}
	e.Rest = r
}

// dropbearExitOld reads "[ (user 'U', N fails)]: WHY[ from IP:P]".
func (e *Event) dropbearExitOld(r []byte, whole bool) bool {
	e.dropbearFails(trimPrefix(trimPrefix(r, " "), ": "))
	if i := bytes.LastIndex(e.Rest, _from); i >= 0 && whole {
		if p, ok := dropbearPlace(e.Rest[i+len(_from):]); ok {
			e.set(&p)
			e.Rest = e.Rest[:i]
		}
	}
	return true
}

// dropbearGone reads "U)[ from <IP:P>]: WHY". U has logged in.
func (e *Event) dropbearGone(r []byte, whole bool) bool {
	i := bytes.IndexByte(r, ')')
	if i < 0 {
		return false
	}
	e.user(r[:i])
	r = r[i+1:]
	if q, ok := cutPrefix(r, " from <"); ok {
		if i := bytes.Index(q, []byte(">: ")); i >= 0 {
			p, _ := dropbearPlace(q[:i])
			e.set(&p)
			e.Rest = q[i+3:]
			return true
		}
	}
	e.Rest = trimPrefix(r, ": ")
	return true
}
