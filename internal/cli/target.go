package cli

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/resolve"
	"rdnsproxy/sshconf"
)

// target is one line of input after ssh's configuration has been applied.
type target struct {
	check.Target
	family resolve.Family
	config *sshconf.Host
}

// targetKeywords are what check takes from ssh's configuration.
var targetKeywords = []string{"hostname", "port", "addressfamily"}

// targets reads what was typed. All of it is looked at before anything is asked,
// so that a bad word costs no wait.
func (f *checkFlags) targets(ctx context.Context, w World, v *voice, words []string) ([]target, error) {
	if len(words) == 0 {
		return nil, refuse("usage: rdnsproxy check [flags] TARGET...; a target is HOST, HOST:PORT, user@HOST, an address, or an alias of ~/.ssh/config",
			"no target")
	}
	var ts []target
	for _, word := range words {
		t, err := f.target(ctx, w, v, word)
		if err != nil {
			return nil, err
		}
		ts = append(ts, t)
	}
	return ts, nil
}

func (f *checkFlags) target(ctx context.Context, w World, v *voice, word string) (target, error) {
	typed, err := parseTarget(word)
	if err != nil {
		return target{}, err
	}
	t := target{Target: check.Target{Input: word, Host: typed.host, Port: 22}}
	q := asUser(w, sshconf.Query{Host: typed.host, User: typed.user, File: f.sshConfig, Keywords: targetKeywords})
	t.config, err = q.Lookup(ctx)
	var doubtful *sshconf.UnevaluatedError
	switch {
	case errors.As(err, &doubtful):
		v.notice(err.Error())
	case err != nil:
		return target{}, configurationError(typed.host, err)
	}
	if t.config.HostName != "" {
		t.Host = t.config.HostName
	}
	if t.config.Port != 0 {
		t.Port = t.config.Port
	}
	if typed.port != 0 {
		t.Port = typed.port
	}
	switch t.config.Get("addressfamily") {
	case "inet":
		t.family = resolve.IPv4
	case "inet6":
		t.family = resolve.IPv6
	}
	if err := checkHost(t.Host); err != nil {
		return target{}, err
	}
	// Names that people write become what is asked for: A-labels, in lower case.
	if _, literal := resolve.ParseLiteral(t.Host); !literal {
		name, err := resolve.ParseName(t.Host)
		if err != nil {
			return target{}, refuse("a host name has labels of 1 to 63 characters, 253 in all", "host %s: %v", quoted(t.Host), err)
		}
		// A final dot stays: it keeps the search list off.
		if !strings.HasSuffix(t.Host, ".") && name.HostName() {
			t.Host = string(name)
		}
	}
	return t, nil
}

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
	if user, host, ok := cutLast(word, "@"); ok {
		t.user, t.host = user, host
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
		if !ok || rest != "" && rest[0] != ':' {
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

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// printConfig prints what was read from ssh's configuration, in ssh -G's
// spelling, each value with its origin.
func printConfig(w World, targets []target) int {
	for _, t := range targets {
		for _, v := range t.config.Values() {
			fmt.Fprintf(w.Out, "%v\t# %s\n", v, v.Origin)
		}
	}
	return statusPass
}
