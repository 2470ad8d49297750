package sshconf

import (
	"slices"
	"strings"

	"rdnsproxy/safetext"
)

// Aliases lists the literal host names of the Host lines in the files and their
// Includes: no patterns, no negations, each once, in the order of the files. Names with
// quotes, and those that ssh would take for an option, are left out. q.Host is ignored.
// Errors are those of reading the files.
func (q Query) Aliases() ([]string, error) {
	var names []string
	_, err := q.load(q.loader(func(_ *source, ln line) (bool, error) {
		if ln.keyword != "host" {
			return false, nil
		}
		for _, w := range words(ln.rest) {
			w = strings.Trim(w, `"'`)
			literal := w != "" && w[0] != '-' && !strings.ContainsAny(w, "*?!\"'\\") && safetext.Line(w) == w
			if !literal || slices.Contains(names, w) {
				continue
			}
			names = append(names, w)
		}
		return false, nil
	}))
	return names, err
}
