package sshconf

import (
	"slices"
	"strings"

	"rdnsproxy/safetext"
)

// Sample is a pattern that a configuration has settings for, and a host name that
// fits it: an x stands for each wildcard.
type Sample struct{ Pattern, Host string }

// Condition is a Match block with a ProxyCommand or ProxyJump that hangs on more
// than the host's name, and so on more than a Sample can show.
type Condition struct {
	Origin   string   // "file:line"
	Patterns []string // those of host and originalhost, nothing negated; none: it may hold for any host
	Late     bool     // it holds, if at all, when ssh goes over the files again
}

// Holds reports whether the block may hold for a host.
func (c Condition) Holds(host string) bool {
	return len(c.Patterns) == 0 || slices.ContainsFunc(c.Patterns, func(p string) bool { return MatchPattern(p, lower(host)) })
}

// Blocks lists the patterns of the Host lines, and of the criteria host and
// originalhost of Match, in the files and in what they include: nothing negated,
// each once, in the order of the files, and without those that fit no name that
// ssh takes. Beside them it lists the blocks that need more than a name. q.Host is
// of no account. Errors are those of reading the files.
func (q Query) Blocks() (samples []Sample, conditions []Condition, err error) {
	headers := make(map[*source]line) // the block that a file is in
	_, err = q.load(q.loader(func(s *source, ln line) (bool, error) {
		switch ln.keyword {
		case "host", "match":
			headers[s] = ln
			for _, p := range patternsOf(ln) {
				x := Sample{p, strings.NewReplacer("*", "x", "?", "x").Replace(p)}
				if plain(p) && safetext.Line(p) == p && checkHost(x.Host) == nil && !slices.Contains(samples, x) {
					samples = append(samples, x)
				}
			}
		case "proxycommand", "proxyjump":
			if h := headers[s]; h.keyword == "match" && !byNameAlone(h.rest) && lower(ln.rest) != "none" {
				conditions = append(conditions, Condition{s.origin(h.number), patternsOf(h), mayBeFinal(h.rest) || strings.Contains(unquoted(h.rest), "canonical")})
			}
		}
		return false, nil
	}))
	return samples, conditions, err
}

// patternsOf are the patterns of a line that starts a block, without negated ones.
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

// namesHosts reports that patterns of host names follow a criterion.
func namesHosts(criterion string) bool {
	return lower(criterion) == "host" || lower(criterion) == "originalhost"
}

// byNameAlone reports that the criteria of a Match are of host names, in the first
// pass or in both: what ssh says of a Sample holds for all its like.
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
