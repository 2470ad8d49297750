package sshdlog

import "bytes"

// Users who may not log in, or not from there (auth.c, auth-options.c, auth2-*.c). U has an
// account where nothing else is said.

// notAllowed reads "U[ from H] not allowed because REASON" (auth.c, allowed_user; H since 4.0).
// H is the name of a client whose mapping is confirmed, and else its address. Of an old
// password (aged, root forced) it says just that.
func (e *Event) notAllowed(r []byte, whole bool) bool {
	if !whole {
		e.Suspect = true
		return true
	}
	i := bytes.LastIndex(r, []byte(" not allowed because "))
	if i < 0 {
		u, _, ok := bytes.Cut(r, []byte(" password has expired "))
		e.User, e.HasUser, e.Rest = u, true, r[min(len(u)+1, len(r)):]
		return ok
	}
	e.Rest = r[i+len(" not allowed because "):]
	var p place
	ok := p.lastHost(r[:i])
	if u, from := cutSuffix(p.before, " from "); ok && from && fromHost(e.Rest) {
		e.set(&p)
		e.user(u)
		return true
	}
	e.user(r[:i])
	return true
}

// fromHost tells the reasons that sshd gives together with the client.
func fromHost(reason []byte) bool {
	return !hasSuffix(reason, "account is locked") && !hasPrefix(reason, "shell ") &&
		!hasSuffix(reason, " exists")
}

// deniedByPAM reads "U by PAM account configuration", or just U and a full stop.
func (e *Event) deniedByPAM(r []byte, whole bool) bool {
	u, ok := cutSuffix(r, " by PAM account configuration")
	if !ok {
		if u, ok = cutSuffix(r, "."); !ok {
			return false
		}
	}
	e.user(u)
	return whole
}

// expired reads "U has expired" (allowed_user, since 3.2).
func (e *Event) expired(r []byte, whole bool) bool {
	u, ok := cutSuffix(r, " has expired")
	e.user(u)
	e.Rest = trimPrefix(r[len(u):], " ")
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

// badSignature reads "ALG[ ALG] signature for [invalid user ]U from IP port P rejected: WHY"
// (8.2 on): a FIDO key was not touched.
func (e *Event) badSignature(r []byte, whole bool) bool {
	i := bytes.Index(r, []byte(" signature for "))
	j := bytes.LastIndex(r, []byte(" rejected: user "))
	if i < 0 || j < i+len(" signature for ") {
		return false
	}
	e.userFrom(r[i+len(" signature for "):j], whole)
	e.Rest = r[j+len(" rejected: "):]
	return true
}

// fromKeyAt reads "FILE:LINE: Authentication tried for …" (7.7 on), with an absolute FILE.
func (e *Event) fromKeyAt(r []byte, whole bool) bool {
	at, r, found := bytes.Cut(r, []byte(": Authentication tried for "))
	if _, _, ok := Place(at); !ok || !found || !e.fromKey(r, whole) {
		return false
	}
	e.At = at
	return true
}

// Place takes an Event's At apart. FILE is what AuthorizedKeysFile names, expanded, or the
// AuthorizedKeysCommand as it is configured, whose output then has the key on that line
// (auth2-pubkey.c, user_key_allowed2 and user_key_command_allowed2).
func Place(at []byte) (file, line []byte, ok bool) {
	i := bytes.LastIndexByte(at, ':')
	if i <= 0 || i == len(at)-1 || at[0] != '/' {
		return nil, nil, false
	}
	for _, c := range at[i+1:] {
		if c-'0' > 9 {
			return nil, nil, false
		}
	}
	return at[:i], at[i+1:], true
}

// fromKey reads what sshd says of a key that only other places may use: because of from= in a
// file, or else because of the critical option source-address in the certificate.
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
	if list, ok := cutPrefix(r[end:], ", required="); ok {
		e.Rest = trimSuffix(list, ").")
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
	e.Kind, e.User, e.HasUser = FromCert, r[:i], true
	a, ok := cutSuffix(trimPrefix(r[j+1:], "ip="), ").")
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
	var p place
	ok := p.first(r[i+len(sep):])
	name, to := cutPrefix(p.after, " to ")
	if !ok || !to {
		e.Suspect = true
		return true
	}
	e.set(&p)
	e.Rest = r[:i]
	if _, numeric := parseAddr(name); !numeric {
		e.Name = name
	}
	return true
}
