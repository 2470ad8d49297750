package cli

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"rdnsproxy/internal/exit"
	"rdnsproxy/resolve"
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
		return typedTarget{}, refuse(exit.Usage, "ssh://user@host:port is the form", "%s is no ssh URL", quoted(word))
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
			return s, 0, refuse(exit.Usage, "[2001:db8::1]:22 is the form", "%s is no address in brackets", quoted(s))
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

// checkHost refuses what ssh's valid_hostname refuses on its command line (since
// 9.6, CVE-2023-51385): a HostName of the configuration never passed there.
func checkHost(host string) error {
	hint := "ssh itself refuses such names; look at HostName in ssh's configuration"
	switch {
	case host == "":
		return refuse(exit.Usage, "a host is a name or an address", "the host is empty")
	case host[0] == '-':
		return refuse(exit.Usage, hint, "host %s starts with a hyphen", quoted(host))
	}
	if _, literal := resolve.ParseLiteral(host); strings.Contains(host, ":") && !literal {
		return refuse(exit.Usage, "an IPv6 address stands without brackets, 2001:db8::1", "host %s is no address", quoted(host))
	}
	for i := range len(host) {
		if c := host[i]; c <= ' ' || c == 0x7f || strings.IndexByte("'`\"$\\;&<>|(){}", c) >= 0 {
			return refuse(exit.Usage, hint, "host %s holds a character that no host name has", quoted(host))
		}
	}
	return nil
}

// isPort reports whether a word is a port number.
func isPort(s string) bool {
	_, err := parsePort(s)
	return err == nil
}

func parsePort(s string) (uint16, error) {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || n == 0 || s[0] == '+' {
		return 0, refuse(exit.Usage, "a port is a number from 1 to 65535; ssh's %p gives it", "%s is no port", quoted(s))
	}
	return uint16(n), nil
}
