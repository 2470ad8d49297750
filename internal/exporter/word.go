package exporter

import (
	"net/netip"
	"strings"

	"rdnsproxy/internal/target"
	"rdnsproxy/resolve"
)

// Word is a target as a URL names it.
type Word struct {
	Host    string     // canonical: a name in lower case, or an address
	Address netip.Addr // the host, if it is an address in any form that getaddrinfo takes
	Port    uint16
}

// longestWord is more than the longest name, a port and a few escapes need.
const longestWord = 512

// wordError is what is wrong with a word, for people.
type wordError string

func (e wordError) Error() string { return string(e) }

const form = "; a target is HOST, HOST:PORT, an address or [ADDRESS]:PORT"

// ParseWord reads HOST, HOST:PORT, an address or [ADDRESS]:PORT, and nothing else that
// 'rdnsproxy check' takes: neither users nor URLs, ranges or zones of addresses, which
// would be other spellings of a target, or another way to say where to connect.
func ParseWord(word string) (w Word, err error) {
	if len(word) > longestWord {
		return w, wordError("the target is too long" + form)
	}
	host, port, err := target.SplitPort(word)
	switch {
	case err != nil:
	case strings.ContainsAny(host, "@/%"):
		err = wordError("not a target: " + quoted(word))
	default:
		if _, err = target.Parse(host); err == nil { // it refuses what cannot be seen, and what is not UTF-8
			w.Host, err = target.CanonicalHost(host)
		}
	}
	if err != nil {
		return Word{}, wordError(err.Error() + form)
	}
	if w.Address, _ = resolve.ParseLiteral(w.Host); w.Address.IsValid() {
		w.Host = w.Address.String()
	}
	if w.Port = port; port == 0 {
		w.Port = sshPort
	}
	return w, nil
}

// parsePort reads a port of a rule.
func parsePort(s string) (uint16, error) {
	p, err := target.ParsePort(s)
	if err != nil {
		return 0, wordError(err.Error())
	}
	return p, nil
}

// String is one spelling for equal targets.
func (w Word) String() string {
	if w.Address.IsValid() {
		return netip.AddrPortFrom(w.Address, w.Port).String()
	}
	return w.Host + ":" + portText(w.Port)
}
