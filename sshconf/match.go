package sshconf

import "strings"

// MatchPattern reports whether name fits one pattern, in which * stands for any
// bytes and ? for one (OpenSSH's match_pattern). Nothing is folded, and nothing
// can be escaped. It is linear in len(name) × len(pattern), whatever a stranger
// writes.
func MatchPattern(pattern, name string) bool {
	star, resume := -1, 0 // the last * and where in name it was tried from
	p, n := 0, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, n
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == name[n]):
			p++
			n++
		case star >= 0: // let the last * take one byte more
			resume++
			p, n = star+1, resume
		default:
			return false
		}
	}
	return strings.TrimLeft(pattern[p:], "*") == ""
}

// Match reads a comma-separated list of patterns as OpenSSH's
// match_pattern_list does: the hosts of a known_hosts line, from= of an
// authorized key, the arguments of Match. A pattern that starts with ! forbids
// what it fits, wherever it stands, and then negated is true and matched false.
// With fold, case does not matter. A Host line is no such list: its patterns
// are words, and a comma is a comma.
func Match(list, name string, fold bool) (matched, negated bool) {
	if fold {
		list, name = lower(list), lower(name)
	}
	for list != "" {
		var pattern string
		pattern, list, _ = strings.Cut(list, ",")
		pattern, not := strings.CutPrefix(pattern, "!")
		if len(pattern) >= maxPattern-1 { // with its final NUL it does not fit: ssh gives the whole list up
			return false, false
		}
		if !MatchPattern(pattern, name) {
			continue
		}
		if not {
			return false, true
		}
		matched = true
	}
	return matched, false
}

// maxPattern is the size of match_pattern_list's buffer.
const maxPattern = 1024

// lower folds ASCII letters alone, as C's tolower in the C locale.
func lower(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if 'A' <= b[i] && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}
