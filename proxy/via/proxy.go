package via

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"

	"rdnsproxy/safetext"
)

// Scheme is what a proxy speaks.
type Scheme string

const (
	SOCKS5 Scheme = "socks5"
	HTTP   Scheme = "http"  // CONNECT
	HTTPS  Scheme = "https" // CONNECT inside TLS
)

// Schemes are those of Parse, for messages.
const Schemes = "socks5, socks5h, http or https"

// Proxy is one proxy. Its text is without user and password.
type Proxy struct {
	Scheme Scheme
	ByName bool   // it is asked for names, which it looks up: socks5h
	Host   string // a name or an address
	Port   uint16
	User   string // may be empty

	password password
	knows    bool                  // the password, which may be empty
	first    first                 // the first login goes alone
	refused  atomic.Pointer[Error] // it did not accept us
}

// password is a text that no verb of fmt prints.
type password string

func (password) Format(f fmt.State, _ rune) { f.Write([]byte("(not shown)")) }

// Errors of Parse whose hint is special.
var (
	ErrNoScheme  = errors.New("it has no scheme: " + Schemes)
	ErrNoURL     = errors.New("it is not a URL")
	ErrElsewhere = errors.New("a proxy has no path, query or fragment")
)

// Parse reads a proxy as curl writes it, SCHEME://[USER[:PASSWORD]@]HOST[:PORT], with
// percent-encoding in user and password. Without a port it is curl's: 443 for https, else
// 1080. The errors quote nothing of the word, since it may hold a password.
func Parse(word string) (*Proxy, error) {
	if !strings.Contains(word, "://") {
		return nil, ErrNoScheme
	}
	u, err := url.Parse(word)
	if err != nil || u.Opaque != "" {
		return nil, ErrNoURL
	}
	p := &Proxy{Host: u.Hostname(), Port: 1080}
	switch u.Scheme {
	case "socks5", "socks5h":
		p.Scheme, p.ByName = SOCKS5, u.Scheme == "socks5h"
	case "http":
		p.Scheme = HTTP
	case "https":
		p.Scheme, p.Port = HTTPS, 443
	default:
		return nil, fmt.Errorf("its scheme is not %s", Schemes)
	}
	switch {
	case u.Path != "" && u.Path != "/", u.RawQuery != "", u.ForceQuery, u.Fragment != "":
		return nil, ErrElsewhere
	case p.Host == "":
		return nil, errors.New("it names no host")
	case strings.Contains(p.Host, ","):
		return nil, errors.New("each proxy of a list begins with its scheme")
	}
	if port := u.Port(); port != "" || strings.HasSuffix(u.Host, ":") {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return nil, errors.New("its port is not a number from 1 to 65535")
		}
		p.Port = uint16(n)
	}
	if u.User != nil {
		p.User = u.User.Username()
		secret, given := u.User.Password()
		if err := p.Login(p.User, secret); err != nil {
			return nil, err
		}
		p.knows = given
	}
	return p, nil
}

// Split splits a list of proxies at its commas. A comma that no URL follows is part of the
// password before it.
func Split(list string) (words []string) {
	for i, word := range strings.Split(list, ",") {
		if i > 0 && !strings.Contains(word, "://") {
			words[len(words)-1] += "," + word
			continue
		}
		words = append(words, word)
	}
	return words
}

// Login sets user and password, if the proxy's protocol can express them.
func (p *Proxy) Login(user, secret string) error {
	switch {
	case user == "" && secret != "":
		return errors.New("it has a password, but no user")
	case p.Scheme == SOCKS5 && max(len(user), len(secret)) > longestString:
		return errors.New("its user or password is longer than the 255 bytes that SOCKS5 has")
	case p.Scheme != SOCKS5 && strings.Contains(user, ":"):
		return errors.New("its user has a colon, which Basic authentication cannot express") // RFC 7617, section 2
	}
	p.User, p.password, p.knows = user, password(secret), true
	return nil
}

// HasPassword reports whether a password is set that is not empty.
func (p *Proxy) HasPassword() bool { return p.password != "" }

// LacksPassword reports whether there is a user, and no word about a password.
func (p *Proxy) LacksPassword() bool { return p.User != "" && !p.knows }

// Same reports whether both are the same proxy, whatever the user.
func (p *Proxy) Same(other *Proxy) bool {
	return p.Scheme == other.Scheme && strings.EqualFold(p.Host, other.Host) && p.Port == other.Port
}

// String is the proxy without user and password, safe to print.
func (p *Proxy) String() string {
	scheme := string(p.Scheme)
	if p.ByName && p.Scheme == SOCKS5 {
		scheme += "h"
	}
	return scheme + "://" + safetext.Line(net.JoinHostPort(p.Host, strconv.Itoa(int(p.Port))))
}

// Format prints String for every verb, so that none reaches the password.
func (p *Proxy) Format(f fmt.State, _ rune) { f.Write([]byte(p.String())) }

// Redact returns a word that may be a proxy with a password without the part that may be
// one: everything between the scheme and the last @, or without an @, as if the host after it
// were missing, what follows a colon and is not a port. It is not safe to print yet.
func Redact(word string) string {
	at := strings.LastIndexByte(word, '@')
	if at < 0 {
		return redactPort(word)
	}
	scheme, _, found := strings.Cut(word, "://")
	if !found || len(scheme) > at {
		return "..." + word[at:]
	}
	return scheme + "://..." + word[at:]
}

// redactPort is Redact for a word without an @.
func redactPort(word string) string {
	start := 0
	if i := strings.Index(word, "://"); i >= 0 {
		start = i + len("://")
	}
	start += strings.LastIndexByte(word[start:], ']') + 1 // of an IPv6 address
	host, rest, found := strings.Cut(word[start:], ":")
	port, _, _ := strings.Cut(rest, "/")
	if !found || strings.Trim(port, "0123456789") == "" {
		return word
	}
	return word[:start] + host + ":..."
}

// RedactURLs returns a text, such as a command line, without the passwords of the URLs in it:
// of SCHEME://USER:PASSWORD@HOST it has SCHEME://USER:...@HOST. It is not safe to print yet.
func RedactURLs(text string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "://")
		if b.WriteString(before); !found {
			return b.String()
		}
		word := after
		if end := strings.IndexAny(after, " \t\"'"); end >= 0 {
			word = after[:end]
		}
		at := max(strings.LastIndexByte(word, '@'), 0)
		user, _, secret := strings.Cut(word[:at], ":")
		if b.WriteString("://" + user); secret {
			b.WriteString(":...")
		}
		text = after[at:]
	}
}

// tls is the configuration for the proxy, from one for all.
func (p *Proxy) tls(all *tls.Config) *tls.Config {
	c := cmp.Or(all, &tls.Config{}).Clone()
	c.ServerName = strings.TrimSuffix(p.Host, ".")
	if a, err := netip.ParseAddr(p.Host); err == nil {
		c.ServerName = a.WithZone("").String()
	}
	c.NextProtos = []string{"http/1.1"} // CONNECT is something else in HTTP/2
	return c
}
