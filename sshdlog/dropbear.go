package sshdlog

import "bytes"

// The messages of Dropbear (svr-auth.c, svr-authpasswd.c, svr-authpubkey.c, svr-session.c).
// It names only users who exist, but for one wording, and the client is "IP:P", in brackets
// or not where it is IPv6.
var dropbearWords = [...][]wording{
	'A': {{"Auth succeeded with blank password for '", Accepted, (*Event).bearQuoted}},
	'B': bearBad, 'b': bearBad,
	'C': {{"Child connection from ", Start, (*Event).bearClient}},
	'E': {
		{"Exit before auth from <", End, (*Event).bearExit},
		{"Exit before auth", End, (*Event).bearExitOld},
		{"Exit (", Gone, (*Event).bearGone},
	},
	'L': {
		{"Login attempt for nonexistent user", Invalid, (*Event).bearUnknown},
		{"Login attempt with wrong user ", NotAllowed, (*Event).bearWrong},
		{"Logins are restricted to the group ", NotAllowed, (*Event).bearGroup},
	},
	'P': bearPassed, 'p': bearPassed,
	'r': {{"root login rejected", NotAllowed, (*Event).bearRoot}},
	'U': {{"User '", NotAllowed, (*Event).bearShell}},
}

var (
	bearBad = []wording{
		{"Bad password attempt for '", Failed, (*Event).bearQuoted},
		{"bad password attempt for '", Failed, (*Event).bearQuoted},
		{"Bad PAM password attempt for '", Failed, (*Event).bearQuoted},
		{"bad PAM password attempt for '", Failed, (*Event).bearQuoted},
	}
	bearPassed = []wording{
		{"Password auth succeeded for '", Accepted, (*Event).bearQuoted},
		{"password auth succeeded for '", Accepted, (*Event).bearQuoted},
		{"Pubkey auth succeeded for '", Accepted, (*Event).bearQuoted},
		{"pubkey auth succeeded for '", Accepted, (*Event).bearQuoted},
		{"PAM password auth succeeded for '", Accepted, (*Event).bearQuoted},
		{"Pubkey auth attempt with unknown algo for '", Failed, (*Event).bearQuoted},
		{"pubkey auth attempt with unknown algo for '", Failed, (*Event).bearQuoted},
	}
)

// bearPlace reads "IP:P".
func bearPlace(b []byte) (p place, ok bool) {
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

// bearClient reads a client that is all there is.
func (e *Event) bearClient(r []byte, whole bool) bool {
	p, ok := bearPlace(r)
	e.set(p)
	return ok && whole
}

// bearQuoted reads "U'[ with KEY] from IP:P".
func (e *Event) bearQuoted(r []byte, whole bool) bool {
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
		if p, ok := bearPlace(r[i+len(_from):]); ok {
			e.set(p)
		}
	}
	return true
}

// bearUnknown reads " from IP:P": a user who does not exist is not named.
func (e *Event) bearUnknown(r []byte, whole bool) bool {
	e.Invalid = true
	p, ok := bearPlace(trimPrefix(r, " from "))
	e.set(p)
	return ok && whole
}

// bearWrong reads "U from IP:P".
func (e *Event) bearWrong(r []byte, whole bool) bool {
	i := bytes.LastIndex(r, _from)
	if i < 0 || !whole {
		return false
	}
	e.user(r[:i])
	p, ok := bearPlace(r[i+len(_from):])
	e.set(p)
	return ok
}

// bearGroup reads "G but user 'U' is not a member".
func (e *Event) bearGroup(r []byte, whole bool) bool {
	r, ok := cutSuffix(r, "' is not a member")
	i := bytes.Index(r, []byte(" but user '"))
	if !ok || i < 0 {
		return false
	}
	e.user(r[i+len(" but user '"):])
	return true
}

// bearShell reads "U' has invalid shell, rejected".
func (e *Event) bearShell(r []byte, whole bool) bool {
	u, why, ok := bytes.Cut(r, []byte("' "))
	e.user(u)
	e.Rest = why
	return ok && string(why) == "has invalid shell, rejected"
}

func (e *Event) bearRoot(r []byte, whole bool) bool {
	e.User, e.HasUser = root, true
	return len(r) == 0
}

// bearExit reads "IP:P>: [(user 'U', N fails): ]WHY".
func (e *Event) bearExit(r []byte, whole bool) bool {
	i := bytes.Index(r, []byte(">: "))
	if i < 0 {
		return false
	}
	p, ok := bearPlace(r[:i])
	e.set(p)
	e.bearFails(r[i+3:])
	return ok
}

// bearFails reads "[(user 'U', N fails): ]WHY".
func (e *Event) bearFails(r []byte) {
	if q, ok := cutPrefix(r, "(user '"); ok {
		if i := bytes.Index(q, []byte("', ")); i >= 0 {
			e.user(q[:i])
			_, r, _ = bytes.Cut(q[i:], []byte("): "))
		}
	}
	e.Rest = r
}

// bearExitOld reads "[ (user 'U', N fails)]: WHY[ from IP:P]".
func (e *Event) bearExitOld(r []byte, whole bool) bool {
	e.bearFails(trimPrefix(trimPrefix(r, " "), ": "))
	if i := bytes.LastIndex(e.Rest, _from); i >= 0 && whole {
		if p, ok := bearPlace(e.Rest[i+len(_from):]); ok {
			e.set(p)
			e.Rest = e.Rest[:i]
		}
	}
	return true
}

// bearGone reads "U)[ from <IP:P>]: WHY". U has logged in.
func (e *Event) bearGone(r []byte, whole bool) bool {
	i := bytes.IndexByte(r, ')')
	if i < 0 {
		return false
	}
	e.user(r[:i])
	r = r[i+1:]
	if q, ok := cutPrefix(r, " from <"); ok {
		if i := bytes.Index(q, []byte(">: ")); i >= 0 {
			p, _ := bearPlace(q[:i])
			e.set(p)
			e.Rest = q[i+3:]
			return true
		}
	}
	e.Rest = trimPrefix(r, ": ")
	return true
}
