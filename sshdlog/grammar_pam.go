package sshdlog

import (
	"bytes"

	"rdnsproxy/limits"
)

// PAM modules log in sshd's process, under its name, and do not escape or cut what they log.

// usualPAM is what nearly all failures that PAM reports begin with. A row of its own takes a third of
// the time that it takes to find the parts.
const usualPAM = "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost="

// pamModule reads "MODULE(SERVICE:auth): WHAT", from behind "pam_".
func (e *Event) pamModule(r []byte, whole bool) bool {
	i := bytes.IndexByte(r, '(')
	j := bytes.IndexByte(r, ')')
	if i < 0 || i > j || !hasPrefix(r[j:], "): ") || bytes.IndexByte(r[:j], ' ') >= 0 {
		return false
	}
	module, r := r[:i], r[j+len("): "):]
	if q, ok := cutPrefix(r, "authentication failure; "); ok {
		return e.pamFailed(q, whole)
	}
	if q, ok := cutPrefix(r, "access denied for user `"); ok && string(module) == "access" {
		return e.pamAccess(q, whole)
	}
	return false
}

// pamMore reads "N more authentication failure[s]; …", which pam_unix logs at the end: of
// these it said nothing before.
func (e *Event) pamMore(r []byte, whole bool) bool {
	n, digits := number(r)
	r, ok := cutPrefix(r[digits:], " more authentication failure")
	if !ok || n == 0 {
		return false
	}
	e.Repeat = min(n, limits.LogRepeat)
	_, r, ok = bytes.Cut(r, []byte("; "))
	return ok && e.pamFailed(r, whole)
}

// pamFailed reads "logname=X uid=0 euid=0 tty=ssh ruser=R rhost=H[  user=U]". R (up to 3.6) and
// U can be a stranger's, so there must be one rhost= only. H is a name if sshd goes by names
// (UseDNS). There need not be a U: pam_unix names only users whom it knows, unless it has the
// option audit, and other modules name any.
func (e *Event) pamFailed(r []byte, whole bool) bool {
	_, r, ok := bytes.Cut(r, []byte(" ruser="))
	if !ok {
		return false
	}
	_, h, ok := bytes.Cut(r, _rhost)
	return ok && e.pamHost(h, whole)
}

// pamHost reads "H[  user=U]".
func (e *Event) pamHost(h []byte, whole bool) bool {
	end := bytes.IndexByte(h, ' ')
	if end >= 0 {
		if !e.pamUser(h[end:], whole) {
			e.Suspect = true
			return true
		}
	} else if end = len(h); !whole {
		e.Suspect = true
		return true
	}
	if h = h[:end]; len(h) > 0 {
		if e.Addr, e.Sure = parseAddr(h); !e.Sure {
			e.Name = h
		}
	}
	return true
}

// pamUser reads "  user=U". It returns false if there is another rhost= in it.
func (e *Event) pamUser(r []byte, whole bool) bool {
	if string(r) == "  user=root" && whole {
		e.user(r[len("  user="):])
		return true
	}
	if _, u, ok := bytes.Cut(r, _user); ok && string(u) != "root" {
		e.Unchecked = true
		e.hide(u)
	}
	if bytes.Contains(r, _rhost) {
		return false
	}
	if u, ok := cutPrefix(bytes.TrimLeft(r, " "), "user="); ok && whole {
		e.user(u)
	}
	return true
}

// pamAccess reads "U' from `H'". U has just been authenticated.
func (e *Event) pamAccess(r []byte, whole bool) bool {
	e.Kind = NotAllowed
	r, ok := cutSuffix(r, "'")
	i := bytes.LastIndex(r, []byte("' from `"))
	if !ok || i < 0 || !whole {
		return false
	}
	e.user(r[:i])
	h := r[i+len("' from `"):]
	if e.Addr, e.Sure = parseAddr(h); !e.Sure {
		e.Name = h
	}
	return true
}

// pamSays reads "MSG for [illegal user ]U from H[ via IP]" (auth-pam.c, 3.8 on; via: Apple).
// MSG is one of libpam's (pam_strerror).
func (e *Event) pamSays(r []byte, whole bool) bool {
	r = trimPrefix(trimPrefix(r, "Have exhausted maximum number of retries for service"), "Conversation is waiting for event")
	i := bytes.Index(r, []byte(" for "))
	if i < 0 {
		return false
	}
	r = e.unknownPrefix(r[i+len(" for "):])
	if !whole {
		return e.unsure(r)
	}
	var p place
	ok := p.lastHost(r)
	if via, isVia := cutSuffix(p.before, " via "); isVia {
		ok = p.lastHost(via)
	}
	if !ok || !hasSuffix(p.before, "from ") {
		return false
	}
	e.took(&p)
	return true
}
