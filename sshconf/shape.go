package sshconf

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// shape reads the text after a keyword. ok means that every OpenSSH since 8.0 and the
// library read it alike. shown is then ssh -G's spelling of it, or the text itself if the
// spelling depends on the host (finish.go).
//
// This is an allow-list. A text that no shape accepts is not wrong: ssh -G is asked.
type shape interface {
	read(text string) (shown string, ok bool)
}

// form is a shape that is a function.
type form func(text string) (shown string, ok bool)

func (f form) read(text string) (string, bool) { return f(text) }

// oneOf is one of the words, in any case, and shown as listed; "a=b" is a, shown as b. The
// words are separated by single blanks, and in lower case except for b.
type oneOf string

func (words oneOf) read(text string) (string, bool) {
	folded := lower(text) // not EqualFold, to which the Kelvin sign is a k
	for w := range strings.SplitSeq(string(words), " ") {
		name, shown, renamed := strings.Cut(w, "=")
		if !renamed {
			shown = name
		}
		if name == folded {
			return shown, true
		}
	}
	return text, false
}

// exactly is one of the words, in the same case.
type exactly string

func (words exactly) read(text string) (string, bool) {
	return text, slices.Contains(strings.Split(string(words), " "), text)
}

// list is a list of algorithms that every build knows, after one of the signs or none.
type list struct{ signs, known string }

func (l list) read(text string) (string, bool) {
	names := text
	if text != "" && strings.Contains(l.signs, text[:1]) {
		names = text[1:]
	}
	known := strings.Split(l.known, " ")
	for name := range strings.SplitSeq(names, ",") {
		if !slices.Contains(known, name) {
			return text, false
		}
	}
	return text, true
}

// word is one plain argument.
func word(s string) (string, bool) {
	return s, plain(s) && !strings.ContainsAny(s, " $") && s != ""
}

// account is a user's name without tokens, which newer versions expand.
func account(s string) (string, bool) {
	_, ok := word(s)
	return s, ok && s[0] != '-' && !strings.Contains(s, "%")
}

// agent is a path or a word in which ssh has nothing to expand but ~/.
func agent(s string) (string, bool) {
	_, ok := word(s)
	return s, ok && !strings.Contains(s, "%") && (s[0] != '~' || strings.HasPrefix(s, "~/"))
}

// socket is a path, or "none" in lower case; finish.go expands its tokens.
func socket(s string) (string, bool) {
	_, ok := word(s)
	return s, ok && (s == "none" || lower(s) != "none")
}

// lowerWord is a word that needs no folding.
func lowerWord(s string) (string, bool) {
	_, ok := word(s)
	return s, ok && s == lower(s) && !strings.Contains(s, "%")
}

// hostName is a name or an address; the tokens %h and %% are expanded later.
func hostName(s string) (string, bool) {
	for i := range len(s) {
		if c := s[i]; !alphanumeric(c) && !strings.ContainsRune(".-_:%", rune(c)) {
			return s, false
		}
	}
	return s, s != "" && s[0] != '-'
}

// number is a count from 1 on.
func number(s string) (string, bool) {
	n, ok := digits(s)
	return strconv.Itoa(n), ok && n > 0
}

// port is a port number; ssh looks up names of services.
func port(s string) (string, bool) {
	n, ok := digits(s)
	return strconv.Itoa(n), ok && n > 0 && n <= math.MaxUint16
}

// digits reads a number of at most nine digits.
func digits(s string) (int, bool) {
	if len(s) == 0 || len(s) > 9 {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

// duration is "none" or what ssh's convtime accepts: numbers, each with a unit or in
// seconds. It is shown in seconds.
func duration(s string) (string, bool) {
	if s == "none" {
		return s, true
	}
	total := 0
	for s != "" {
		end := 0
		for end < len(s) && s[end] >= '0' && s[end] <= '9' {
			end++
		}
		n, ok := digits(s[:end])
		if !ok || n > 1e6 {
			return "", false
		}
		s = s[end:]
		if s != "" {
			unit := seconds(s[0])
			if unit == 0 {
				return "", false
			}
			n, s = n*unit, s[1:]
		}
		if total += n; total > math.MaxInt32 {
			return "", false
		}
	}
	return strconv.Itoa(total), true
}

// seconds is the length of a unit of time; 0 if there is no such unit.
func seconds(unit byte) int {
	switch unit | 0x20 {
	case 's':
		return 1
	case 'm':
		return 60
	case 'h':
		return 3600
	case 'd':
		return 86400
	case 'w':
		return 604800
	}
	return 0
}
