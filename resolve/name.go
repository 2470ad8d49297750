package resolve

import (
	"errors"
	"strings"

	"golang.org/x/net/idna"
)

// Name is a domain name in one canonical presentation: lower case, no final
// dot (the root is "."), and every byte of a label other than letters, digits,
// hyphens and underscores as \DDD (RFC 1035, section 5.1). So a Name is printable
// ASCII whatever was on the wire, names that are equal to DNS are equal strings, and
// internationalised names are A-labels.
type Name string

// Errors of ParseName.
var (
	ErrEmptyLabel = errors.New("empty label")
	ErrLongLabel  = errors.New("label of more than 63 bytes")
	ErrLongName   = errors.New("name of more than 253 bytes")
)

// ParseName reads a name as people and configuration files write it. Letters
// beyond ASCII become A-labels (RFC 5891); a final dot is dropped. The
// result need not be a host name: see HostName.
func ParseName(s string) (Name, error) {
	s = strings.TrimSuffix(s, ".")
	if s == "" {
		return ".", nil
	}
	if !ascii(s) {
		a, err := idna.Lookup.ToASCII(s)
		if err != nil {
			return "", err
		}
		s = a
	}
	if len(s) > 253 {
		return "", ErrLongName
	}
	if canonical(s) {
		return Name(s), nil
	}
	var b strings.Builder
	for label := range strings.SplitSeq(s, ".") {
		switch {
		case label == "":
			return "", ErrEmptyLabel
		case len(label) > 63:
			return "", ErrLongLabel
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		appendLabel(&b, label)
	}
	return Name(b.String()), nil
}

// String gives the name as it is: safe to print by construction.
func (n Name) String() string { return string(n) }

// Canonical reports whether the name is one as this package makes them.
func (n Name) Canonical() bool {
	if n == "." || len(n) <= 253 && canonical(string(n)) {
		return true
	}
	escaped := false
	for label := range strings.SplitSeq(string(n), ".") {
		var b strings.Builder
		raw := unescapeLabel(label)
		if appendLabel(&b, raw); raw == "" || len(raw) > 63 || b.String() != label {
			return false
		}
		escaped = escaped || raw != label
	}
	return escaped && n.wireLen() <= 255
}

// HostName reports whether glibc's res_hnok would pass the name: letters,
// digits, hyphens and underscores, the first label not starting with a hyphen.
// The root passes; it has no address.
func (n Name) HostName() bool {
	return !strings.Contains(string(n), `\`) && !strings.HasPrefix(string(n), "-")
}

// LDH reports whether the name consists of letters, digits, hyphens and dots, as a
// name in a hosts line should.
func (n Name) LDH() bool {
	return n != "" && n != "." && n.HostName() && !strings.Contains(string(n), "_")
}

// Under reports whether the name is zone or below it.
func (n Name) Under(zone Name) bool {
	above := len(n) - len(zone)
	return n == zone || zone == "." || above > 0 && n[above-1] == '.' && n[above:] == zone
}

// Parent is the name without its first label; the root is its own parent.
func (n Name) Parent() Name {
	if _, rest, ok := strings.Cut(string(n), "."); ok && rest != "" {
		return Name(rest)
	}
	return "."
}

// Labels is how many labels the name has; the root has none.
func (n Name) Labels() int {
	if n == "" || n == "." {
		return 0
	}
	return strings.Count(string(n), ".") + 1 // a dot inside a label is \046
}

// oneLabel makes one label of a text that is not a name, dots included.
func oneLabel(s string) Name {
	var b strings.Builder
	appendLabel(&b, s)
	return Name(b.String())
}

// appendLabel writes the bytes of one label in canonical presentation.
func appendLabel(b *strings.Builder, label string) {
	for i := range len(label) {
		c := label[i]
		switch {
		case c >= 'A' && c <= 'Z':
			b.WriteByte(c + 'a' - 'A')
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_':
			b.WriteByte(c)
		default:
			b.Write([]byte{'\\', '0' + c/100, '0' + c/10%10, '0' + c%10})
		}
	}
}

// canonical reports whether s is a Name already, as nearly every name is.
func canonical(s string) bool {
	start := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '.' && i > start && i-start <= 63:
			start = i + 1
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return len(s) > start && len(s)-start <= 63
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// wireLen is how many bytes the name takes in a message (RFC 1035, section 3.1).
func (n Name) wireLen() int {
	if n == "." {
		return 1
	}
	return len(n) - 3*strings.Count(string(n), `\`) + 2
}
