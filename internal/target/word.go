package target

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/resolve"
)

// Destination is a target as written, before ssh's configuration applies (ssh(1) has
// the name).
type Destination struct {
	user, host string
	port       uint16 // 0: not given
}

// Parse parses HOST, user@HOST, HOST:PORT, [ADDR]:PORT, an IPv6 address, or an
// ssh:// URL. The error is a Refusal.
func Parse(word string) (Destination, error) {
	if err := checkText(word); err != nil {
		return Destination{}, err
	}
	if strings.Contains(word, "://") {
		return parseURL(word)
	}
	var t Destination
	t.host = word
	if i := strings.LastIndex(word, "@"); i >= 0 {
		t.user, t.host = word[:i], word[i+1:]
	}
	host, port, err := SplitPort(t.host)
	if err != nil {
		return t, err
	}
	t.host, t.port = host, port
	return t, CheckHost(t.host)
}

// checkText refuses what would become the name of another host without anybody seeing it: IDNA
// replaces bytes that are no text, and drops characters that are not seen (UTS 46, "ignored").
// A zero-width joiner or non-joiner can belong to a name (RFC 5892, appendix A).
func checkText(word string) error {
	if !utf8.ValidString(word) {
		return console.Refuse(exit.Usage, "'iconv -f ISO-8859-1 -t UTF-8' converts a list",
			"%s is not UTF-8", console.Quoted(word))
	}
	for _, c := range word {
		if unicode.Is(unicode.Cf, c) && c != '\u200c' && c != '\u200d' {
			return console.Refuse(exit.Usage, "type the name again: such characters come with text that was copied",
				"%s has a character in it that cannot be seen (%U)", console.Quoted(word), c)
		}
	}
	return nil
}

// Canonical returns the host that a target names in one spelling: without user and port,
// in lower case, without a final dot, an address as RFC 5952 writes it. What is not a target
// stays as it is.
func Canonical(word string) string {
	d, err := Parse(word)
	if err != nil {
		return word
	}
	if a, literal := resolve.ParseLiteral(d.host); literal {
		return a.Unmap().String()
	}
	if name, err := resolve.ParseName(d.host); err == nil {
		return strings.TrimSuffix(string(name), ".")
	}
	return word
}

func parseURL(word string) (Destination, error) {
	u, err := url.Parse(word)
	if err != nil || u.Scheme != "ssh" || u.Path != "" && u.Path != "/" {
		return Destination{}, console.Refuse(exit.Usage, "the form is ssh://user@host:port",
			"invalid ssh URL %s", console.Quoted(word))
	}
	t := Destination{user: u.User.Username(), host: u.Hostname()}
	if u.Port() != "" {
		if t.port, err = ParsePort(u.Port()); err != nil {
			return t, err
		}
	}
	if err := checkText(t.host); err != nil { // it may have been written %FC
		return t, err
	}
	return t, CheckHost(t.host)
}

// SplitPort splits HOST:PORT or [ADDR]:PORT; the port is 0 if there is none. An IPv6
// address without brackets has none.
func SplitPort(s string) (string, uint16, error) {
	if strings.HasPrefix(s, "[") {
		inside, rest, ok := strings.Cut(s[1:], "]")
		if !ok || strings.Contains(inside, "[") || rest != "" && rest[0] != ':' {
			return s, 0, console.Refuse(exit.Usage, "the form is [2001:db8::1]:22",
				"invalid address in brackets: %s", console.Quoted(s))
		}
		if rest == "" {
			return inside, 0, nil
		}
		port, err := ParsePort(rest[1:])
		return inside, port, err
	}
	if _, err := netip.ParseAddr(s); err == nil || strings.Count(s, ":") != 1 {
		return s, 0, nil
	}
	host, word, _ := strings.Cut(s, ":")
	port, err := ParsePort(word)
	return host, port, err
}

// CheckHost refuses the names that ssh's valid_hostname refuses on its command line
// (since 9.6, CVE-2023-51385), and those of patterns, which ssh lets pass and a shell
// replaces by names of files. ssh does not apply it to HostName in the configuration.
func CheckHost(host string) error {
	hint := "ssh refuses such names too; check HostName in ssh's configuration"
	switch {
	case host == "":
		return console.Refuse(exit.Usage, "a host is a name or an address", "the host is empty")
	case host[0] == '-':
		return console.Refuse(exit.Usage, hint, "host %s starts with a hyphen", console.Quoted(host))
	}
	if _, literal := resolve.ParseLiteral(host); strings.Contains(host, ":") && !literal {
		return console.Refuse(exit.Usage, "write an IPv6 address without brackets: 2001:db8::1",
			"host %s is not an IP address", console.Quoted(host))
	}
	for i := range len(host) {
		if c := host[i]; c <= ' ' || c == 0x7f || strings.IndexByte("'`\"$\\;&<>|(){}*?[]", c) >= 0 {
			if strings.IndexByte("*?[]", c) >= 0 {
				hint = "a pattern is not a host; check HostName in ssh's configuration"
			}
			return console.Refuse(exit.Usage, hint,
				"host %s contains %s, which is not allowed in a host name", console.Quoted(host), character(c))
		}
	}
	return nil
}

// character names a byte that a host name may not have.
func character(c byte) string {
	switch c {
	case ' ':
		return "a space"
	case '\t':
		return "a tab"
	case '"':
		return "a quote"
	}
	return console.Quoted(string(rune(c)))
}

// IsPort reports whether s is a port number.
func IsPort(s string) bool {
	_, err := ParsePort(s)
	return err == nil
}

// ParsePort parses a port number from 1 to 65535. The error is a Refusal.
func ParsePort(s string) (uint16, error) {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || n == 0 || s[0] == '+' {
		return 0, console.Refuse(exit.Usage, "a port is a number from 1 to 65535; in a ProxyCommand, write %p",
			"invalid port %s", console.Quoted(s))
	}
	return uint16(n), nil
}
