package cli

import (
	"net/netip"
	"net/url"
	"strings"
)

// typedTarget is a target as it was written.
type typedTarget struct {
	user, host string
	port       uint16 // 0: not written
}

// parseTarget reads HOST, user@HOST, HOST:PORT, [ADDR]:PORT, an IPv6 address,
// or an ssh:// URL.
func parseTarget(word string) (typedTarget, error) {
	if strings.Contains(word, "://") {
		return parseURL(word)
	}
	var t typedTarget
	t.host = word
	if i := strings.LastIndex(word, "@"); i >= 0 {
		t.user, t.host = word[:i], word[i+1:]
	}
	host, port, err := splitPort(t.host)
	if err != nil {
		return t, err
	}
	t.host, t.port = host, port
	return t, checkHost(t.host)
}

func parseURL(word string) (typedTarget, error) {
	u, err := url.Parse(word)
	if err != nil || u.Scheme != "ssh" || u.Path != "" && u.Path != "/" {
		return typedTarget{}, refuse("ssh://user@host:port is the form", "%s is no ssh URL", quoted(word))
	}
	t := typedTarget{user: u.User.Username(), host: u.Hostname()}
	if u.Port() != "" {
		if t.port, err = parsePort(u.Port()); err != nil {
			return t, err
		}
	}
	return t, checkHost(t.host)
}

// splitPort takes a port off; an IPv6 address without brackets has none.
func splitPort(s string) (string, uint16, error) {
	if strings.HasPrefix(s, "[") {
		inside, rest, ok := strings.Cut(s[1:], "]")
		if !ok || strings.Contains(inside, "[") || rest != "" && rest[0] != ':' {
			return s, 0, refuse("[2001:db8::1]:22 is the form", "%s is no address in brackets", quoted(s))
		}
		if rest == "" {
			return inside, 0, nil
		}
		port, err := parsePort(rest[1:])
		return inside, port, err
	}
	if _, err := netip.ParseAddr(s); err == nil || strings.Count(s, ":") != 1 {
		return s, 0, nil
	}
	host, word, _ := strings.Cut(s, ":")
	port, err := parsePort(word)
	return host, port, err
}
