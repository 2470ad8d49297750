package sshconf

import "strings"

// line is one line of a configuration, split as OpenSSH's process_config_line_depth does,
// as far as the shapes are understood here.
type line struct {
	number  int
	keyword string // lower case; "" if ssh may read another keyword than this package would
	rest    string // the text after the keyword and at most one =, trimmed
	raw     string // the whole line, trimmed
	odd     string // if keyword is "": what else is odd about the line
}

// white is what ssh trims and skips; a form feed only at the end.
const (
	white = blank + "\r"
	blank = " \t"
)

// scan calls each for every line that is neither blank nor a comment, until it returns
// false. It allocates only to fold keywords that are not in lower case.
func scan(text string, each func(line) bool) {
	for n := 1; text != ""; n++ {
		var s string
		s, text, _ = strings.Cut(text, "\n")
		s = strings.TrimRight(strings.TrimLeft(s, white), white+"\f")
		if s == "" || s[0] == '#' {
			continue
		}
		keyword, rest := cutKeyword(s)
		if !each(line{number: n, keyword: keyword, rest: rest, raw: s}) {
			return
		}
	}
}

// cutKeyword splits off the first word, as strdelim does if there is no quote and no
// carriage return next to it.
func cutKeyword(s string) (keyword, rest string) {
	end := 0
	for end < len(s) && alphanumeric(s[end]) {
		end++
	}
	rest = strings.TrimLeft(s[end:], blank)
	delimited := end == len(s) || len(rest) < len(s)-end || rest[0] == '='
	if end == 0 || !delimited {
		return "", s
	}
	if after, ok := strings.CutPrefix(rest, "="); ok {
		rest = strings.TrimLeft(after, blank)
	}
	keyword = lower(s[:end])
	if keyword == "keepalive" { // the only old name of a keyword that is told
		keyword = "tcpkeepalive"
	}
	return keyword, rest
}

func alphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// words splits at blanks and tabs, as ssh's argv_split does with text that has no quote,
// backslash or comment.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' })
}

// plain reports whether every byte of s stands for itself in every ssh and in the
// library: printable ASCII and blanks, no quote, backslash or #.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\'' || c == '\\' || c == '#' {
			return false
		}
	}
	return true
}
