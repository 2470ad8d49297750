package check

import (
	"encoding/json"
	"math"
	"net/netip"
	"strconv"
	"unicode/utf8"
)

// This file appends JSON values as encoding/json writes them.

// appendString appends a string. The texts of a Result nearly always stand as they are;
// one with a character to escape is left to encoding/json.
func appendString[S ~string](b []byte, s S) []byte {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c >= utf8.RuneSelf, c == '"', c == '\\', c == '<', c == '>', c == '&':
			quoted, _ := json.Marshal(string(s)) // a string is never an error
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// appendOptional appends a member, unless its value is empty.
func appendOptional(b []byte, member, s string) []byte {
	if s == "" {
		return b
	}
	return appendString(append(b, member...), s)
}

// appendIf appends a member if it holds.
func appendIf(b []byte, holds bool, member string) []byte {
	if !holds {
		return b
	}
	return append(b, member...)
}

// appendTime appends a member, unless its value is 0.
func appendTime(b []byte, member string, seconds float64) []byte {
	if seconds == 0 {
		return b
	}
	return appendNumber(append(b, member...), seconds)
}

// appendNumber appends a number that is neither infinite nor NaN in the shortest form that
// reads back, as ECMAScript does: with an exponent if it is very small or large, which has
// no leading zero.
func appendNumber(b []byte, f float64) []byte {
	size := math.Abs(f)
	if size == 0 || 1e-6 <= size && size < 1e21 {
		return strconv.AppendFloat(b, f, 'f', -1, 64)
	}
	b = strconv.AppendFloat(b, f, 'e', -1, 64)
	if n := len(b); b[n-4] == 'e' && b[n-3] == '-' && b[n-2] == '0' { // e-09
		b[n-2] = b[n-1]
		b = b[:n-1]
	}
	return b
}

// appendAddr appends an address as text, and one that is not valid as an empty string.
func appendAddr(b []byte, a netip.Addr) []byte {
	switch {
	case !a.IsValid():
		return append(b, `""`...)
	case a.Zone() != "": // which can be any text
		return appendString(b, a.String())
	}
	b = append(b, '"')
	return append(a.AppendTo(b), '"')
}

// appendList appends an array; null if it is nil.
func appendList[T any](b []byte, list []T, one func(*T, []byte) []byte) []byte {
	if list == nil {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = one(&list[i], b)
	}
	return append(b, ']')
}
