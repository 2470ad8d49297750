package resolve

import (
	"errors"
	"strings"
)

// ErrNotPresentation is ParsePresentation's error for a byte that no Name contains.
var ErrNotPresentation = errors.New("byte that a name in presentation form cannot contain")

// ParsePresentation reads back what Name.String printed, in letters of either case and
// with or without the final dot. Unlike ParseName it takes \DDD for one byte and
// refuses all bytes that a Name does not contain. Its errors are ErrNotPresentation and
// those of ParseName.
func ParsePresentation(s string) (Name, error) {
	if s == "." {
		return ".", nil
	}
	s = strings.TrimSuffix(s, ".")
	b := []byte(s)
	size, label := 0, 0 // in bytes on the wire, without the length of the first label
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.':
			if label == 0 {
				return "", ErrEmptyLabel
			}
			size, label = size+1, 0
			continue
		case c >= 'A' && c <= 'Z':
			b[i] = c + 'a' - 'A'
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_':
		case c == '\\' && isDecimalByte(s[i+1:]):
			i += 3
		default:
			return "", ErrNotPresentation
		}
		if size, label = size+1, label+1; label > 63 {
			return "", ErrLongLabel
		}
	}
	switch {
	case label == 0:
		return "", ErrEmptyLabel
	case size > 253:
		return "", ErrLongName
	}
	return Name(b), nil
}

// isDecimalByte reports whether s begins with three decimal digits that make a byte.
func isDecimalByte(s string) bool {
	if len(s) < 3 {
		return false
	}
	for _, c := range []byte(s[:3]) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s[:3] <= "255"
}
