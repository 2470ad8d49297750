package sshdlog

import (
	"net/netip"

	"rdnsproxy/limits"
)

// ParseEvent reads what a message says about a client. It returns false if that is nothing,
// or nothing that is counted; e.Kind is Other then. The slices in e point into f.Msg.
//
// Who wrote which part of a message decides how it is read. Where the address stands before
// any text of a stranger's, it is read from the left, and the rest does not matter. Where
// such text stands before it, and nothing but the server's own words behind it, these must
// be the very end of a message that is whole. Where such text stands on both sides, there
// must be one place only in a message that is whole that reads as the address. Otherwise
// the event is not Sure and has no address.
//
// Wholeness matters because sshd cuts its messages at 500 bytes (log.c, do_log): a user name
// of a hundred bytes that are all escaped pushes the server's address out, and ends the
// message with another one.
//
// All this holds for one message. If f.Trust is Stranger, a client can have written the
// message as a whole: then nothing is sure but that somebody wrote it. If it is Local, a user
// of the server's has: then the event is not Sure, whatever it says. But a session's process
// runs as the user who logged in, and says itself when the client is gone (sshd.c,
// privsep_postauth): such messages, and those that are no event, are Root's.
func ParseEvent(f *Frame, e *Event) bool {
	read := parseEvent(f, e)
	if f.Trust == Local {
		if e.Kind == Gone || e.Kind == Other {
			f.Trust = Root
		} else {
			e.Sure, e.Addr, e.Port = false, netip.Addr{}, 0
		}
	}
	return read
}

func parseEvent(f *Frame, e *Event) bool {
	*e = Event{Repeat: max(1, min(f.Repeat, limits.LogRepeat)), Text: f.Msg}
	m, whole := trim(f.Msg), len(f.Msg) < f.Cut
	if len(m) > 0 && m[0] == 'm' {
		m, whole = e.unfold(m, whole)
	}
	words := sshdWords[:]
	if f.Program == Dropbear {
		words = dropbearWords[:]
	} else {
		m = e.unwrap(m, whole)
	}
	if len(m) > 0 && int(m[0]) < len(words) {
		for i := range words[m[0]] {
			w := &words[m[0]][i]
			if len(m) >= len(w.prefix) && string(m[:len(w.prefix)]) == w.prefix {
				e.Kind = w.kind
				if w.read(e, m[len(w.prefix):], whole) {
					return true
				}
				*e = Event{Repeat: e.Repeat, Text: f.Msg, Preauth: e.Preauth}
			}
		}
	}
	return false
}

// A wording is how some messages begin. Rows with the same first byte are tried in order,
// and read says whether the rest of the message fits, too.
type wording struct {
	prefix string
	kind   Kind
	read   func(e *Event, rest []byte, whole bool) bool
}

// The messages of OpenSSH from 1.2.2 to 10.5, and of PAM modules and libwrap in its
// processes, by their first byte.
var sshdWords = [...][]wording{
	'/': {{"", FromKey, (*Event).fromKeyAt}},
	'1': more, '2': more, '3': more, '4': more, '5': more, '6': more, '7': more, '8': more, '9': more,
	'A': {
		{"Accepted ", Accepted, (*Event).accepted},
		{"Address ", MapMismatch, (*Event).mismatch},
		{"Authentication tried for ", FromKey, (*Event).fromKey},
		{"Access denied for user ", NotAllowed, (*Event).deniedByPAM},
		{"Account ", NotAllowed, (*Event).expired},
	},
	'B': {{"Bad protocol version identification '", Scan, (*Event).badVersion}},
	'C': {
		{"Connection closed by ", End, (*Event).ended},
		{"Connection from ", Start, (*Event).started},
		{"Connection reset by ", End, (*Event).ended},
		{"Connection to ", End, (*Event).ended},
		{"Closing connection to ", End, (*Event).ended},
		{"Could not write ident string to ", Scan, (*Event).left},
		{"Could not reverse map address ", MapMissing, (*Event).left},
	},
	'D': {
		{"Disconnected from ", End, (*Event).ended},
		{"Disconnecting ", End, (*Event).brokenOff},
		{"Disconnecting: Too many authentication failures for ", TooMany, (*Event).tooManyCut},
		{"Did not receive identification string from ", Scan, (*Event).silent},
		{"Did not receive ident string from ", Scan, (*Event).silent},
	},
	'F': {
		{"Failed ", Failed, (*Event).failed},
		{"Finished discarding for ", End, (*Event).ended},
		{"Faking authloop for illegal user ", Invalid, (*Event).unknown},
	},
	'I': {
		{"Invalid user ", Invalid, (*Event).unknown},
		{"Illegal user ", Invalid, (*Event).unknown},
	},
	'L': {
		{"Login for user ", Accepted, (*Event).letIn},
		{"Login restricted for ", NotAllowed, (*Event).restricted},
	},
	'M': {{"Max", Limited, (*Event).limited}},
	'N': {{`Nasty PTR record "`, MapNumeric, (*Event).numeric}},
	'P': {
		{"Postponed ", Partial, (*Event).failed},
		{"Partial ", Partial, (*Event).failed},
		{"PAM: ", PAMFailed, (*Event).pamSays},
		{"PAM ", PAMFailed, (*Event).pamMore},
		{"Protocol major versions differ for ", Scan, (*Event).left},
		{"PerSource", Limited, (*Event).limited},
	},
	'R': {
		{"Received disconnect from ", End, (*Event).ended},
		{"Read error from remote host ", End, (*Event).ended},
		{"ROOT LOGIN REFUSED FROM ", NotAllowed, (*Event).rootRefused},
		{"RSA authentication tried for ", FromKey, (*Event).fromKey},
	},
	'T': {
		{"Timeout before authentication for ", Timeout, (*Event).timedOut},
		{"Timeout, client not responding from ", End, (*Event).ended},
	},
	'U': {
		{"User ", NotAllowed, (*Event).notAllowed},
		{"Unable to negotiate with ", Scan, (*Event).brokenOff},
		{"Username too long from ", End, (*Event).ended},
	},
	'a': {
		{"authentication failure; ", PAMFailed, (*Event).pamFailed},
		{"administratively prohibited connection for ", NotAllowed, (*Event).userFrom},
	},
	'b': {{"banner exchange: Connection from ", Scan, (*Event).left}},
	'c': {{"cert: Authentication tried for ", FromKey, (*Event).fromKey}},
	'd': {{"drop connection #", Dropped, (*Event).dropped}},
	'e': {{"exited MaxStartups throttling after ", Throttled, (*Event).throttled}},
	'm': {{"maximum authentication attempts exceeded for ", TooMany, (*Event).userFrom}},
	'p': {
		{usualPAM, PAMFailed, (*Event).pamHost},
		{"pam_", PAMFailed, (*Event).pamModule},
		{"probed from ", Scan, (*Event).left},
		{"public key ", NotAllowed, (*Event).badSignature},
		{"principals: Authentication tried for ", FromKey, (*Event).fromKey},
		{"past ", Limited, (*Event).limited},
		{"penalty: ", Limited, (*Event).limited},
		{"packet_write_wait: Connection from ", End, (*Event).brokenOff},
		{"packet_write_wait: Connection to ", End, (*Event).brokenOff},
		{"packet_write_poll: Connection from ", End, (*Event).brokenOff},
		{"process_output: ssh_packet_write_poll: Connection from ", End, (*Event).brokenOff},
	},
	'r': {
		{"reverse mapping checking getaddrinfo for ", MapFailed, (*Event).mapFailed},
		{"reverse mapping checking gethostbyname for ", MapFailed, (*Event).mapFailed},
		{"refused connect from ", Dropped, (*Event).refused},
	},
	's': {
		{"srclimit_penalise: ", Penalty, (*Event).penalty},
		{"scanned from ", Scan, (*Event).left},
		{"ssh_dispatch_run_fatal: Connection from ", End, (*Event).brokenOff},
		{"ssh_dispatch_run_fatal: Connection to ", End, (*Event).brokenOff},
	},
	't': {{"terminating inactive connection from ", End, (*Event).ended}},
	'u': {{"userauth_hostbased mismatch: client sends ", Hostbased, (*Event).hostbased}},
	'w': {{"warning: ", MapFailed, (*Event).libwrap}},
}

// more is "3 more authentication failures; " of pam_unix, with its digit still there.
var more = []wording{{"", PAMFailed, (*Event).pamMore}}

func trim(m []byte) []byte {
	for n := len(m); n > 0 && (m[n-1] == ' ' || m[n-1] == '\r' || m[n-1] == '\n' || m[n-1] == 0); n-- {
		m = m[:n-1]
	}
	return m
}

// unfold takes off rsyslog's "message repeated N times: [ MSG]", however often it is there:
// of several numbers only the first counts.
func (e *Event) unfold(m []byte, whole bool) ([]byte, bool) {
	for first := e.Repeat == 1; ; first = false {
		r, ok := cutPrefix(m, "message repeated ")
		if !ok {
			return m, whole
		}
		n, digits := number(r)
		if r, ok = cutPrefix(r[digits:], " times: ["); !ok || n == 0 {
			return m, whole
		}
		if first {
			e.Repeat = min(n, limits.LogRepeat)
		}
		m = trimPrefix(r, " ")
		if r, ok := cutSuffix(m, "]"); ok {
			m = trim(r)
		} else {
			whole = false
		}
	}
}

// unwrap takes off what log.c puts before a message, and what the monitor puts behind one of
// its child's.
func (e *Event) unwrap(m []byte, whole bool) []byte {
	if len(m) < 8 {
		return nil
	}
	switch m[0] {
	case 'e':
		m = trimPrefix(m, "error: ")
	case 'f':
		m = trimPrefix(m, "fatal: ")
	}
	if len(m) > 0 && m[len(m)-1] == ']' {
		if r, ok := cutSuffix(m, " [preauth]"); ok {
			m, e.Preauth = r, whole
		} else if r, ok := cutSuffix(m, " [postauth]"); ok {
			m = r
		}
	}
	return m
}
