package sshconf

import "strings"

// line is one line of a configuration, cut up as OpenSSH's
// process_config_line_depth does it for the shapes that are understood here.
type line struct {
	number  int
	keyword string // lower case; "" where ssh may read another keyword than it seems
	rest    string // what follows the keyword and at most one =, without white space around it
	raw     string // the line without white space around it
	odd     string // where keyword is "": what is odd about the line, if more than that
}

// white is what ssh strips and skips; a form feed only at the end.
const (
	white = blank + "\r"
	blank = " \t"
)

// scan calls each for every line that is neither blank nor a comment, until it
// returns false. It allocates nothing but lower-case copies of keywords that
// are not in lower case already.
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

// cutKeyword takes the first word, as strdelim does where no quote and no
// carriage return is near it.
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
	if keyword == "keepalive" { // the one old name of a keyword that is told about
		keyword = "tcpkeepalive"
	}
	return keyword, rest
}

func alphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// words splits at blanks and tabs: what ssh's argv_split does with text that
// holds no quote, no backslash and no comment.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' })
}

// plain reports that every byte of s stands for itself in every ssh and in the
// library: printable ASCII and blanks without quote, backslash or comment.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\'' || c == '\\' || c == '#' {
			return false
		}
	}
	return true
}
