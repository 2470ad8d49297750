package zones

import (
	"io"
	"strings"
)

// directives looks at a line that is about to be read. dns.ZoneParser gives records of
// $GENERATE the TTL 3600 if they have none, whatever $TTL says; name servers give them
// that of $TTL. So it is written into the line.
func (s *source) directives() {
	start, _ := s.in.Peek(len("$GENERATE") + 1) // an error comes again with the next byte
	name, _, _ := strings.Cut(strings.ReplaceAll(string(start), "\t", " "), " ")
	switch {
	case strings.EqualFold(name, "$TTL"):
		line, _ := s.in.Peek(64)
		text, _, _ := strings.Cut(string(line), "\n")
		if words := strings.Fields(text); len(words) > 1 && isTTL(words[1]) {
			s.ttl = words[1]
		}
	case strings.EqualFold(name, "$GENERATE"):
		line, err := s.in.ReadSlice('\n')
		s.pending = string(line)
		if (err == nil || err == io.EOF) && s.ttl != "" {
			s.pending = withTTL(s.pending, s.ttl)
		}
	}
}

// withTTL inserts a TTL into $GENERATE RANGE OWNER [TTL] [CLASS] TYPE DATA, if it has none.
func withTTL(line, ttl string) string {
	rest := line
	for range 3 {
		rest = strings.TrimLeft(rest, " \t")
		end := strings.IndexAny(rest, " \t\r\n")
		if end < 0 {
			return line
		}
		rest = rest[end:]
	}
	words := strings.Fields(rest)
	if len(words) < 2 || isTTL(words[0]) || isTTL(words[1]) && strings.EqualFold(words[0], "IN") {
		return line
	}
	return line[:len(line)-len(rest)] + " " + ttl + rest
}

// isTTL reports whether a word is a TTL, such as 3600 or 1h30m. No type begins with a digit.
func isTTL(word string) bool {
	return word != "" && word[0] >= '0' && word[0] <= '9' && strings.Trim(word, "0123456789smhdwSMHDW") == ""
}
