package exporter

import (
	"net/netip"
	"slices"
	"strings"

	"rdnsproxy/limits"
	"rdnsproxy/sshconf"

	"go.yaml.in/yaml/v4"
)

// sshPort is the port of a target, and of a rule, without one.
const sshPort = 22

// Rule is one line of an allow-list: a pattern for names, or a prefix, with a port.
type Rule struct {
	pattern string // as in ssh_config(5), lower case; "" if it is a prefix
	prefix  netip.Prefix
	port    uint16
	negated bool
}

// Allow is what may be probed. A prober that connects wherever it is told is a scanner.
type Allow struct {
	rules []Rule
}

// readAllow reads the key allow.
func readAllow(n *yaml.Node) (*Allow, error) {
	a := &Allow{}
	err := eachWord(n, func(at *yaml.Node, w string) error {
		r, err := parseRule(w)
		if err != nil {
			return errorAt(at, "%s", err.Error())
		}
		if a.rules = append(a.rules, r); len(a.rules) > limits.AllowRules {
			return errorAt(at, "more than %d rules", limits.AllowRules)
		}
		return nil
	})
	if err == nil && !slices.ContainsFunc(a.rules, func(r Rule) bool { return !r.negated }) {
		err = errorAt(n, "nothing is allowed: every pattern begins with !")
	}
	return a, err
}

// parseRule reads PATTERN, !PATTERN, PREFIX or ADDRESS, each with :PORT or without.
func parseRule(w string) (r Rule, err error) {
	rest, negated := strings.CutPrefix(w, "!")
	r.negated = negated
	host, port, err := splitRule(rest)
	if err != nil {
		return r, err
	}
	r.port = sshPort
	if port != "" {
		if r.port, err = parsePort(port); err != nil {
			return r, err
		}
	}
	if p, err := netip.ParsePrefix(host); err == nil {
		r.prefix = p.Masked()
		if p.Addr().Is4In6() && p.Bits() >= 96 { // addresses are compared unmapped
			r.prefix = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96).Masked()
		}
		return r, nil
	}
	if a, err := netip.ParseAddr(host); err == nil && a.Zone() == "" {
		a = a.Unmap()
		r.prefix = netip.PrefixFrom(a, a.BitLen())
		return r, nil
	}
	for i := range len(host) {
		if c := host[i]; !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.*?", c) >= 0) {
			return r, wordError("neither a prefix nor a pattern of letters, digits, -, _, ., * and ?: " + quoted(w))
		}
	}
	if r.pattern = strings.ToLower(strings.TrimSuffix(host, ".")); r.pattern == "" {
		return r, wordError("neither a prefix nor a pattern: " + quoted(w))
	}
	return r, nil
}

// splitRule splits off the port. An IPv6 prefix with a port is in brackets.
func splitRule(w string) (host, port string, err error) {
	if inside, ok := strings.CutPrefix(w, "["); ok {
		host, rest, ok := strings.Cut(inside, "]")
		if !ok || rest != "" && rest[0] != ':' || rest == ":" {
			return "", "", wordError("the form is [2001:db8::/32]:22: " + quoted(w))
		}
		return host, strings.TrimPrefix(rest, ":"), nil
	}
	if strings.Count(w, ":") != 1 {
		return w, "", nil
	}
	host, port, _ = strings.Cut(w, ":")
	if port == "" {
		return "", "", wordError("no port after the colon: " + quoted(w))
	}
	return host, port, nil
}

// Target reports whether a target may be probed. An address needs a prefix: whatever a
// pattern such as * was meant for, an address is not a name.
func (a *Allow) Target(t Word, dnsOnly bool) bool {
	if a == nil {
		return dnsOnly
	}
	port := func(r Rule) bool { return r.port == t.Port || dnsOnly }
	allowed := false
	for _, r := range a.rules {
		if !r.names(t) || !port(r) && !r.negated {
			continue
		}
		if r.negated {
			return false
		}
		allowed = true
	}
	return allowed
}

// Address reports whether an address of a target may be connected to: a prefix has it, or
// it is a public one. Whoever runs the DNS of an allowed name decides where it leads; the
// list says how far.
func (a *Allow) Address(t Word, to netip.AddrPort) bool {
	where := Word{Address: plain(to.Addr()), Port: to.Port()}
	for _, r := range a.rules { // an excluded prefix holds for names too
		if r.negated && r.names(where) {
			return false
		}
	}
	if t.Address.IsValid() && plain(t.Address) != where.Address {
		return false // not what was allowed; a resolver does not do that
	}
	for _, r := range a.rules {
		if !r.negated && r.port == to.Port() && r.names(where) {
			return true
		}
	}
	return !t.Address.IsValid() && to.Port() == t.Port && isPublic(to.Addr())
}

// names reports whether a rule is about the target's name or address, whatever the port.
func (r *Rule) names(t Word) bool {
	if t.Address.IsValid() {
		return r.pattern == "" && r.prefix.Contains(plain(t.Address))
	}
	return r.pattern != "" && sshconf.MatchPattern(r.pattern, strings.ToLower(strings.TrimSuffix(t.Host, ".")))
}

// plain is an address as prefixes are compared with it.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }
