package target

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/proxy/via"
)

// Via names the proxies to connect through, the nearest first. The zero Via connects
// without one.
type Via struct {
	List      string // as --via has them: URLs with commas between, or "env" or "none"
	Private   bool   // List is from the environment, where a password may stand
	AuthFile  string // users and passwords; may be empty
	RemoteDNS bool   // the last proxy looks the host up
}

// String is Via without users and passwords; "" if there is no proxy.
func (v Via) String() string {
	words := via.Split(v.List)
	for i, word := range words {
		if p, err := via.Parse(word); err == nil {
			words[i] = p.String()
		} else {
			words[i] = via.Redact(word)
		}
	}
	list := strings.Join(words, ",")
	if v.RemoteDNS {
		list += " by name"
	}
	return list
}

// proxies are those of a run.
type proxies struct {
	chain  []*via.Proxy
	spares func(host string, port uint16) bool // hosts that are connected to directly; nil: none
}

// of returns the proxies to connect to a host through; nil for none.
func (p *proxies) of(host string, port uint16) []*via.Proxy {
	if p == nil || p.spares != nil && p.spares(host, port) {
		return nil
	}
	return p.chain
}

// ReadVia reads the proxies that Via names, and the file of their passwords. Without it
// nothing has an effect. The error is a Refusal. It quotes nothing that may be a password.
func (c *Connect) ReadVia(w console.World) (err error) {
	c.proxies, err = c.Via.read(w)
	return err
}

func (v Via) read(w console.World) (*proxies, error) {
	p := new(proxies)
	switch v.List {
	case "", "none":
		return p, nil
	}
	flag := "--via"
	if v.List == "env" {
		v.List, v.Private, flag = allProxy(w), true, "ALL_PROXY in the environment"
		if v.List == "" {
			return p, nil
		}
		p.spares = noProxy(w)
	}
	for _, word := range via.Split(v.List) {
		one, err := readProxy(word, v)
		if err != nil {
			return nil, refuseProxy(flag, word, err)
		}
		p.chain = append(p.chain, one)
	}
	if v.AuthFile != "" {
		if err := readPasswords(v.AuthFile, p.chain); err != nil {
			return nil, err
		}
	}
	for _, one := range p.chain {
		if one.LacksPassword() {
			return nil, console.Refuse(exit.Usage, "--via-auth-file FILE names a file with a line USER:PASSWORD; a colon after the user means an empty password",
				"%s: there is no password for %s at %v", flag, console.Quoted(one.User), one)
		}
	}
	return p, nil
}

// readProxy reads one proxy of the list.
func readProxy(word string, v Via) (*via.Proxy, error) {
	if word == "env" || word == "none" {
		return nil, fmt.Errorf("%s stands alone", word)
	}
	p, err := via.Parse(word)
	if err != nil {
		return nil, err
	}
	if p.HasPassword() && !v.Private {
		return nil, errOpenPassword
	}
	if _, err := netip.ParseAddr(p.Host); err != nil {
		host, err := CanonicalHost(p.Host)
		if err != nil {
			return nil, err
		}
		p.Host = host
	}
	p.ByName = p.ByName || v.RemoteDNS
	return p, nil
}

var errOpenPassword = errors.New("a password on the command line can be read by every user of this machine")

// refuseProxy makes the Refusal for a proxy that cannot be used.
func refuseProxy(flag, word string, err error) error {
	hint := "for example --via socks5://127.0.0.1:1080; 'rdnsproxy help via' has more"
	var refusal *console.Refusal
	switch {
	case errors.Is(err, errOpenPassword):
		return console.Refuse(exit.Usage, "use --via-auth-file FILE with a line USER:PASSWORD, or set the environment variable RDNSPROXY_VIA", "%s: %v", flag, err)
	case errors.As(err, &refusal): // about its host
		hint = refusal.Hint
	}
	if len(word) == 0 {
		return console.Refuse(exit.Usage, hint, "%s: it is empty", flag)
	}
	return console.Refuse(exit.Usage, hint, "%s %s: %v", flag, console.Quoted(via.Redact(word)), err)
}

// Configured returns the settings that were read from ssh's configuration, in the format of
// ssh -G, each with its origin after a TAB. A password in a URL is not among them.
func (t *Target) Configured() (lines []string) {
	for _, v := range t.Config.Values() {
		lines = append(lines, fmt.Sprintf("%s\t# %s", via.RedactURLs(v.String()), v.Origin))
	}
	return lines
}
