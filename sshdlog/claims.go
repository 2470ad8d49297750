package sshdlog

import (
	"bytes"
	"iter"
	"net/netip"

	"rdnsproxy/limits"
)

// Claims yields the addresses that the message names where a careless reader would look for
// the client's: behind "from", before "port", behind "rhost=". The event's own address is not
// among them. Of a message that is Suspect these are what a stranger wrote, or may have
// written; if one is not the connection's address, somebody forges.
//
// At most limits.LogClaims are yielded, and an address may come twice. A message that is not
// Suspect need not be asked.
func (e *Event) Claims() iter.Seq[netip.Addr] {
	return func(yield func(netip.Addr) bool) {
		n := 0
		claim := func(b []byte) bool {
			b = bytes.Trim(b, ",.;[]()<>'\"")
			a, ok := parseAddr(b)
			if !ok {
				a, ok = parseAddr(bytes.TrimRight(b, ":"))
			}
			if !ok || e.Sure && a == e.Addr {
				return true
			}
			n++
			return yield(a) && n < limits.LogClaims
		}
		var before []byte
		for r := e.Text; len(r) > 0; {
			var word []byte
			word, r, _ = bytes.Cut(r, []byte(" "))
			host, rhost := cutPrefix(word, "rhost=")
			switch {
			case rhost || string(before) == "from":
				if !claim(host) {
					return
				}
			case string(word) == "port":
				if !claim(before) {
					return
				}
			}
			before = word
		}
	}
}

// Masked returns the message without what may be a password: the name of a user whom the
// server does not know, or whom only a PAM module names. If the name cannot be told apart from what follows, that is left out
// too. The result may share memory with Text.
func (e *Event) Masked() []byte {
	if e.Kind == Other {
		for _, p := range [...]string{"nvalid user ", "llegal user ", " not allowed: (",
			" check pass; user (", " User unknown: ", " received for user "} { // PAM's
			if i := bytes.Index(e.Text, []byte(p)); i >= 0 {
				return append(bytes.Clone(e.Text[:i+len(p)]), "***"...)
			}
		}
	}
	if e.hidden == nil {
		return e.Text
	}
	at := e.offset(e.hidden)
	if at < 0 || at+len(e.hidden) > len(e.Text) { // Text was replaced
		return []byte("***")
	}
	return bytes.Join([][]byte{e.Text[:at], []byte("***"), e.Text[at+len(e.hidden):]}, nil)
}

// hide makes Masked leave out b, a part of Text, and what is between that and what it leaves
// out anyway before it.
func (e *Event) hide(b []byte) {
	if e.hidden != nil {
		b = e.Text[e.offset(e.hidden) : e.offset(b)+len(b)]
	}
	e.hidden = b
}

// offset tells where in Text a part of it is. They share an array, so their capacities tell.
func (e *Event) offset(part []byte) int { return cap(e.Text) - cap(part) }
