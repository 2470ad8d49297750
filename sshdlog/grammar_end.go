package sshdlog

import "bytes"

// How a connection ended, and those that never said what SSH clients say. Since 7.5 sshd
// names a client by sshpkt_fmt_connection_id (packet.c): "[PREAMBLE U ]IP port P".

// ended reads a client at the end of a message, or one that has no preamble.
func (e *Event) ended(r []byte, whole bool) bool {
	e.fate()
	if e.left(r, whole) {
		e.Suspect = imitates(e.Rest)
		return true
	}
	return e.preamble(r, whole, false)
}

// brokenOff reads a client and ": TEXT" behind it.
func (e *Event) brokenOff(r []byte, whole bool) bool {
	e.fate()
	if e.left(r, whole) {
		e.Suspect = imitates(e.Rest)
	} else if !e.preamble(r, whole, true) {
		return false
	}
	if i := bytes.Index(e.Rest, []byte(": (")); i >= 0 && hasPrefix(e.Rest, "Change of username") {
		e.hide(e.Rest[i+len(": ("):]) // these users need not exist
		e.Rest = e.Rest[:i]
	}
	return true
}

// fate tells the end before authentication from others.
func (e *Event) fate() {
	if e.Kind == End && !e.Preauth {
		e.Kind = Gone
	}
}

// preamble reads "{authenticating user,invalid user,user} U IP port P[: TEXT]". U is a
// stranger's, and the preamble is cut at 200 bytes; TEXT can be one's, too.
func (e *Event) preamble(r []byte, whole, text bool) bool {
	switch {
	case hasPrefix(r, "invalid user "):
		r = e.unknownPrefix(r)
		e.early()
	case hasPrefix(r, "authenticating user "):
		r = r[len("authenticating user "):]
		e.early()
	case hasPrefix(r, "authenticatinguser "): // 7.5 only
		r = r[len("authenticatinguser "):]
		e.early()
	case hasPrefix(r, "user "):
		r = r[len("user "):]
	default:
		return hasPrefix(r, "UNKNOWN")
	}
	var p place
	if !whole || text && !p.only(r, "", ":") || !text && !p.last(r) {
		return e.unsure(r)
	}
	e.take(&p)
	return true
}

// early is for a preamble that only clients have who are not authenticated.
func (e *Event) early() {
	if e.Kind == Gone {
		e.Kind = End
	}
}

// started reads "Connection from" (sshd.c; VERBOSE): "IP port P[ on IP port P[ rdomain "R"]]".
// Other messages begin like that: "CLIENT timed out", "IP … with IP options: …" (the server
// hangs up), "CLIENT: refusing non-sftp session".
func (e *Event) started(r []byte, whole bool) bool {
	begins := e.left(r, whole)
	if begins && (len(e.Rest) == 0 || hasPrefix(e.Rest, "on ")) {
		e.Rest = nil
		return true
	}
	e.Kind = End
	if e.fate(); begins {
		return true
	}
	for _, why := range [...]string{" timed out", ": refusing non-sftp session"} {
		if q, ok := cutSuffix(r, why); ok {
			return e.preamble(q, whole, false)
		}
	}
	return false
}

// silent reads a client that sent no identification. It may have gone before sshd asked who
// it is: UNKNOWN.
func (e *Event) silent(r []byte, whole bool) bool {
	return e.left(r, whole) || hasPrefix(r, "UNKNOWN")
}

// badVersion reads "TEXT' from IP[ port P]" (up to 7.9). TEXT is at most 100 bytes.
func (e *Event) badVersion(r []byte, whole bool) bool {
	if whole {
		var p place
		ok := p.end(r)
		if text, from := cutSuffix(p.before, "' from "); ok && from {
			e.set(&p)
			e.Suspect = imitates(text)
			return true
		}
	}
	e.Suspect = true
	return true
}
