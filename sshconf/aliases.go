package sshconf

import (
	"slices"
	"strings"

	"rdnsproxy/safetext"
)

// Aliases lists the host names that stand literally in the Host lines of the
// files and of what they include: no patterns, nothing negated, each once, in
// the order of the files. Names that hold quotes, or that
// ssh would take for an option, are left out.
// q.Host is of no account. Errors are those of reading the files.
func (q Query) Aliases() ([]string, error) {
	var names []string
	_, err := q.load(q.loader(func(_ *source, ln line) (bool, error) {
		if ln.keyword != "host" {
			return false, nil
		}
		for _, w := range words(ln.rest) {
			w = strings.Trim(w, `"'`)
			if w == "" || strings.ContainsAny(w, "*?!\"'\\") || strings.HasPrefix(w, "-") || safetext.Line(w) != w || slices.Contains(names, w) {
				continue
			}
			names = append(names, w)
		}
		return false, nil
	}))
	return names, err
}
