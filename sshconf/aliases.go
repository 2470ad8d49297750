package sshconf

import (
	"slices"
	"strings"

	"rdnsproxy/safetext"
)

// Aliases lists the literal host names of the Host lines in the files and their
// Includes: no patterns, no negations, each once, in the order of the files. Names with
// quotes or blanks, and those that ssh would take for an option, are left out. q.Host is
// ignored. Errors are those of reading the files.
func (q Query) Aliases() ([]string, error) {
	var names []string
	_, err := q.load(q.loader(func(_ *source, ln line) (bool, error) {
		if ln.keyword != "host" {
			return false, nil
		}
		for _, w := range patterns(ln.rest) {
			literal := w != "" && w[0] != '-' && !strings.ContainsAny(w, " \t*?!\"'\\") && safetext.Line(w) == w
			if !literal || slices.Contains(names, w) {
				continue
			}
			names = append(names, w)
		}
		return false, nil
	}))
	return names, err
}

// patterns splits the rest of a Host line as argv_split in OpenSSH's misc.c does: at blanks
// outside of quotes, which are removed, up to a comment.
func patterns(s string) (all []string) {
	var word strings.Builder
	var quote byte
	begun := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '#' && !begun:
			return all
		case c == '\\' && i+1 < len(s) && (strings.IndexByte(`'"\`, s[i+1]) >= 0 || quote == 0 && s[i+1] == ' '):
			i++
			word.WriteByte(s[i])
			begun = true
		case quote == 0 && (c == ' ' || c == '\t'):
			if begun {
				all = append(all, word.String())
			}
			word.Reset()
			begun = false
		case quote == 0 && (c == '"' || c == '\''):
			quote, begun = c, true
		case quote != 0 && c == quote:
			quote = 0
		default:
			word.WriteByte(c)
			begun = true
		}
	}
	if begun {
		all = append(all, word.String())
	}
	return all
}
