package via

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MaxCredentials is how long a file of credentials may be, in bytes.
const MaxCredentials = 64 << 10

// Credentials are users and passwords for proxies.
type Credentials struct {
	users []login  // lines USER:PASSWORD
	urls  []*Proxy // lines that name a proxy
}

type login struct{ user, password string }

// ParseCredentials reads one line for each: USER:PASSWORD as they are, or a proxy as Parse
// reads it. Empty lines and those that begin with # do not count. The errors have the
// line's number and nothing of its content.
func ParseCredentials(r io.Reader) (*Credentials, error) {
	c := new(Credentials)
	lines := bufio.NewScanner(io.LimitReader(r, MaxCredentials+1))
	lines.Buffer(nil, MaxCredentials)
	n, read := 0, 0
	for lines.Scan() {
		n++
		read += len(lines.Bytes()) + 1
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		if strings.Contains(line, "://") {
			p, err := Parse(line)
			switch {
			case err != nil:
				return nil, fmt.Errorf("line %d: %w", n, err)
			case !p.knows:
				return nil, fmt.Errorf("line %d: it names a proxy without a password", n)
			}
			c.urls = append(c.urls, p)
			continue
		}
		user, secret, ok := strings.Cut(line, ":")
		if !ok || user == "" {
			return nil, fmt.Errorf("line %d: it is not USER:PASSWORD", n)
		}
		c.users = append(c.users, login{user, secret})
	}
	switch {
	case lines.Err() != nil || read > MaxCredentials:
		return nil, fmt.Errorf("it is longer than %d KiB", MaxCredentials>>10)
	case len(c.users)+len(c.urls) == 0:
		return nil, errors.New("it holds no line USER:PASSWORD")
	}
	return c, nil
}

// Apply gives the proxies of a chain that have no password yet the ones that are for them:
// a line that names the proxy, else one with its user. The first line USER:PASSWORD is also
// for a proxy without a user, if it is the only one. So no password goes to a proxy that
// nobody has connected with it.
func (c *Credentials) Apply(chain []*Proxy) error {
	for _, p := range chain {
		if p.knows {
			continue
		}
		if l, ok := c.of(p, len(chain) == 1); ok {
			if err := p.Login(l.user, l.password); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Credentials) of(p *Proxy, alone bool) (login, bool) {
	for _, u := range c.urls {
		if u.Same(p) && (p.User == "" || p.User == u.User) {
			return login{u.User, string(u.password)}, true
		}
	}
	for _, l := range c.users {
		if l.user == p.User || p.User == "" && alone {
			return l, true
		}
	}
	return login{}, false
}
