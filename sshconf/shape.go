package sshconf

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// shape judges the text after a keyword. ok means that every OpenSSH since 8.0
// and the library read it alike; shown is then ssh -G's spelling of it, or,
// where that depends on the host (finish.go), the text itself.
//
// This is an allow-list. A value that is missing here is not wrong: ssh -G is
// asked about it.
type shape interface {
	read(text string) (shown string, ok bool)
}

// form is a shape that a function knows.
type form func(text string) (shown string, ok bool)

func (f form) read(text string) (string, bool) { return f(text) }

// oneOf is one of the words, in any case, and shown as written here; "a=b" is a
// that is shown as b. They are separated by blanks and, but for b, in lower case.
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

// exactly is one of the words, in that case alone.
type exactly string

func (words exactly) read(text string) (string, bool) {
	return text, slices.Contains(strings.Split(string(words), " "), text)
}

// list is a list of algorithms, all of them known to every build. One of the
// signs may stand before it.
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

// account is a user's name; newer versions expand tokens in it.
func account(s string) (string, bool) {
	_, ok := word(s)
	return s, ok && s[0] != '-' && !strings.Contains(s, "%")
}

// agent is a path or a word that ssh has nothing to expand in but ~/.
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

// hostName is a name or an address; the tokens %h and %% are looked at later.
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

// port is a port number; names of services are ssh's to look up.
func port(s string) (string, bool) {
	n, ok := digits(s)
	return strconv.Itoa(n), ok && n > 0 && n <= math.MaxUint16
}

// digits reads at most nine of them.
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

// duration is "none" or what ssh's convtime takes: numbers with a unit each,
// seconds where it is missing. Shown in seconds.
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

// seconds is the length of a unit of time, 0 if it is none.
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
