package sshconf

import "strings"

// MatchPattern reports whether name matches one pattern, in which * stands for any bytes
// and ? for one (OpenSSH's match_pattern). Case matters, and nothing can be escaped. It
// takes at most len(name) × len(pattern) steps, so a hostile pattern does no harm.
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
		case star >= 0: // let the last * match one more byte
			resume++
			p, n = star+1, resume
		default:
			return false
		}
	}
	return strings.TrimLeft(pattern[p:], "*") == ""
}

// Match matches a comma-separated list of patterns as OpenSSH's match_pattern_list does:
// the hosts of a known_hosts line, from= of an authorized key, the arguments of Match.
// If a pattern that starts with ! matches, negated is true and matched false, wherever
// in the list it is. With fold, case does not matter. A Host line is not such a list: its
// patterns are separated by blanks, and a comma has no meaning.
func Match(list, name string, fold bool) (matched, negated bool) {
	if fold {
		list, name = lower(list), lower(name)
	}
	for list != "" {
		var pattern string
		pattern, list, _ = strings.Cut(list, ",")
		pattern, not := strings.CutPrefix(pattern, "!")
		if len(pattern) >= maxPattern-1 { // it does not fit with its final NUL: ssh gives up on the whole list
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

// lower folds only ASCII letters, as C's tolower does in the C locale.
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
