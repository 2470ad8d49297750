package sshdlog

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// value is a member of a JSON object as it stands in the line.
type value struct {
	raw  []byte // of a string: what is between the quotes
	kind kind
	rank uint8 // of the member's name; see nameOf
}

type kind uint8

const (
	absent  kind = iota
	plain        // a string without escapes
	escaped      // a string with escapes
	array
	literal // a number, true, false, null
	object
)

// readValue reads the value at the beginning of b and returns its length; 0: there is none. It
// looks into strings, arrays and objects only as far as is needed to find their ends.
func readValue(b []byte) (v value, n int) {
	if len(b) == 0 {
		return v, 0
	}
	switch b[0] {
	case '"':
		return readString(b)
	case '[':
		v.kind = array
	case '{':
		v.kind = object
	default:
		for n < len(b) && b[n] > ' ' && b[n] != ',' && b[n] != '}' && b[n] != ']' {
			n++
		}
		return value{raw: b[:n], kind: literal}, n
	}
	depth := 0
	for n < len(b) {
		switch b[n] {
		case '"':
			_, k := readString(b[n:])
			if k == 0 {
				return v, 0
			}
			n += k
			continue
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		n++
		if depth == 0 {
			v.raw = b[:n]
			return v, n
		}
	}
	return v, 0
}

// readString reads the string at the beginning of b, which is a quote.
func readString(b []byte) (v value, n int) {
	n = bytes.IndexByte(b[1:], '"') + 1
	if n == 0 {
		return v, 0
	}
	v.raw, v.kind = b[1:n], plain
	i := bytes.IndexByte(v.raw, '\\')
	if i < 0 {
		return v, n + 1
	}
	v.kind = escaped
	for n = i + 1; n < len(b); n++ {
		switch b[n] {
		case '"':
			v.raw = b[1:n]
			return v, n + 1
		case '\\':
			n++
		}
	}
	return v, 0
}

// skipBlank returns how many blanks b begins with, as RFC 8259, section 2 defines them.
func skipBlank(b []byte) int {
	n := 0
	for n < len(b) && (b[n] == ' ' || b[n] == '\t' || b[n] == '\n' || b[n] == '\r') {
		n++
	}
	return n
}

// unescape appends what a string with escapes stands for. Half of a surrogate pair becomes
// U+FFFD, as in encoding/json. ok is false of an escape that RFC 8259, section 7 does not have.
func unescape(to, raw []byte) (_ []byte, ok bool) {
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			return append(to, raw...), true
		}
		to = append(to, raw[:i]...)
		if raw = raw[i+1:]; len(raw) == 0 {
			return to, false
		}
		c := raw[0]
		raw = raw[1:]
		switch c {
		case '"', '\\', '/':
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r := hex4(raw)
			if r < 0 {
				return to, false
			}
			raw = raw[4:]
			if utf16.IsSurrogate(r) {
				low := rune(-1)
				if len(raw) >= 6 && raw[0] == '\\' && raw[1] == 'u' {
					low = hex4(raw[2:])
				}
				if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
					raw = raw[6:]
				}
			}
			to = utf8.AppendRune(to, r)
			continue
		default:
			return to, false
		}
		to = append(to, c)
	}
}

// hex4 reads four hexadecimal digits; -1: there are none.
func hex4(b []byte) rune {
	if len(b) < 4 {
		return -1
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case c-'0' < 10:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

// byteArray appends the bytes that journalctl writes as an array of numbers, where a field is no
// UTF-8: [73,110,118].
func byteArray(to, raw []byte) (_ []byte, ok bool) {
	raw = bytes.TrimSuffix(bytes.TrimPrefix(raw, []byte("[")), []byte("]"))
	for {
		raw = raw[skipBlank(raw):]
		v, n := number(raw)
		if n == 0 || v > 255 {
			return to, false
		}
		to = append(to, byte(v))
		raw = raw[n:]
		if raw = raw[skipBlank(raw):]; len(raw) == 0 {
			return to, true
		}
		if raw[0] != ',' {
			return to, false
		}
		raw = raw[1:]
	}
}
