package sshconf

import (
	"slices"
	"strings"

	"rdnsproxy/safetext"
)

// Sample is a pattern of a configuration and a host name that matches it, with an x for
// each wildcard.
type Sample struct{ Pattern, Host string }

// Condition is a Match block with a ProxyCommand or ProxyJump that depends on more than
// the host's name, so that a Sample cannot show its effect.
type Condition struct {
	Origin   string   // "file:line"
	Patterns []string // those of host and originalhost, without negations; if empty, it may hold for any host
	Late     bool     // it can hold only in ssh's second pass
}

// Holds reports whether the block may hold for a host.
func (c Condition) Holds(host string) bool {
	matches := func(pattern string) bool { return MatchPattern(pattern, lower(host)) }
	return len(c.Patterns) == 0 || slices.ContainsFunc(c.Patterns, matches)
}

// Blocks lists the patterns of Host lines, and of Match's criteria host and originalhost,
// in the files and their Includes: no negations, each once, in the order of the files,
// and only those that match a name that ssh accepts. conditions are the blocks that need
// more than a name. q.Host is ignored. Errors are those of reading the files.
func (q Query) Blocks() (samples []Sample, conditions []Condition, err error) {
	headers := make(map[*source]line) // the current block of each file
	_, err = q.load(q.loader(func(s *source, ln line) (bool, error) {
		switch ln.keyword {
		case "host", "match":
			headers[s] = ln
			for _, p := range patternsOf(ln) {
				x := Sample{p, strings.NewReplacer("*", "x", "?", "x").Replace(p)}
				fits := plain(p) && safetext.Line(p) == p && checkHost(x.Host) == nil
				if fits && !slices.Contains(samples, x) {
					samples = append(samples, x)
				}
			}
		case "proxycommand", "proxyjump":
			if h := headers[s]; h.keyword == "match" && !byNameAlone(h.rest) && lower(ln.rest) != "none" {
				late := mayBeFinal(h.rest) || strings.Contains(unquoted(h.rest), "canonical")
				conditions = append(conditions, Condition{s.origin(h.number), patternsOf(h), late})
			}
		}
		return false, nil
	}))
	return samples, conditions, err
}

// patternsOf are the patterns of a line that begins a block, without negations.
func patternsOf(ln line) []string {
	var all []string
	w := words(ln.rest)
	for i := range w {
		w[i] = strings.Trim(w[i], `"'`)
		switch {
		case ln.keyword == "host":
			all = append(all, w[i])
		case i > 0 && namesHosts(w[i-1]):
			all = append(all, strings.Split(lower(w[i]), ",")...)
		}
	}
	return slices.DeleteFunc(all, func(p string) bool { return p == "" || p[0] == '!' })
}

// namesHosts reports whether a criterion is followed by patterns of host names.
func namesHosts(criterion string) bool {
	return lower(criterion) == "host" || lower(criterion) == "originalhost"
}

// byNameAlone reports whether a Match has only criteria about host names, so that what
// ssh says about a Sample holds for every name that matches its pattern.
func byNameAlone(criteria string) bool {
	w := words(criteria)
	if len(w) == 1 && lower(w[0]) == "all" {
		return true
	}
	for i := 0; i < len(w); i += 2 {
		if !namesHosts(w[i]) {
			return false
		}
	}
	return true
}
