package exporter

import (
	"net/netip"
	"strconv"
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
	if err == nil && strings.ContainsAny(host, "@/%") {
		err = wordError("not a target: " + quoted(word))
	}
	if err == nil {
		_, err = target.Parse(host) // it refuses what cannot be seen, and what is not UTF-8
	}
	if err == nil {
		w.Host, w.Address, err = canonical(host)
	}
	if err != nil {
		return Word{}, wordError(err.Error() + form)
	}
	if w.Port = port; port == 0 {
		w.Port = sshPort
	}
	return w, nil
}

// canonical is the one spelling of a host: an address as RFC 5952 writes it, or a name that
// a host can have, in lower case. A final dot stays, because it disables the search list.
func canonical(host string) (string, netip.Addr, error) {
	if a, literal := resolve.ParseLiteral(host); literal {
		return a.String(), a, nil
	}
	name, err := resolve.ParseName(host)
	if err != nil || !name.HostName() || name == "." {
		return "", netip.Addr{}, wordError("not a host name: " + quoted(host))
	}
	if strings.HasSuffix(host, ".") {
		return string(name) + ".", netip.Addr{}, nil
	}
	return string(name), netip.Addr{}, nil
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
	return w.Host + ":" + strconv.Itoa(int(w.Port))
}
