// Package safetext holds a stranger's bytes so that every ordinary way of
// printing or encoding them is the safe one.
//
// DNS content, banners, user names in logs and configuration files are written
// by other people: "\x1b]0;…" in a PTR would otherwise reach a terminal, and
// "root@host's password: " reads like a prompt (RFC 9267; Jeitner and Shulman,
// USENIX Security 2021).
package safetext

import (
	"encoding"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text is a stranger's text. Its String, its MarshalText and so every fmt verb
// and encoder give the printable form; Raw is the only way to the bytes. Texts
// of equal bytes are ==.
//
// It holds the printable form alone: fmt and debuggers look past methods, into
// unexported fields for one, and find nothing else there.
type Text struct{ safe string }

var (
	_ fmt.Formatter            = Text{}
	_ encoding.TextMarshaler   = Text{}
	_ encoding.TextUnmarshaler = (*Text)(nil)
)

// Of takes what a stranger wrote, as it is.
func Of(raw string) Text { return Text{escape(raw, printable)} }

// Raw gives the bytes as they came. They must not reach a terminal, a file
// that people read, a label or a page.
func (t Text) Raw() string { return unescape(t.safe) }

// IsZero reports whether there is no text; encoding/json's omitzero asks it.
func (t Text) IsZero() bool { return t.safe == "" }

// String is the text on one line: printable ASCII and space stand for
// themselves, every other byte, the backslash included, is \DDD in decimal, as
// in the zone files of RFC 1035, section 5.1.
func (t Text) String() string { return t.safe }

// Format serves every verb as %s, so that %q, %x and %#v are no way round String.
func (t Text) Format(f fmt.State, _ rune) { fmt.Fprintf(f, fmt.FormatString(f, 's'), t.safe) }

// MarshalText gives String.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.safe), nil }

// UnmarshalText takes back what MarshalText gave: the same String comes out
// again, and bytes that no String holds are escaped like any others.
func (t *Text) UnmarshalText(b []byte) error {
	*t = Of(unescape(string(b)))
	return nil
}

// Name is a host or user name for display: letters, digits, dot, underscore and
// hyphen stand for themselves, every other byte, space and backslash included,
// is \DDD.
func Name(raw string) string { return escape(raw, nameByte) }

// Line makes text of ours that may quote a stranger's safe for a terminal: what
// is no printable character becomes \DDD byte by byte; printable Unicode stays.
// Unlike String it leaves a backslash alone, so text that is safe already is
// unchanged.
func Line(s string) string {
	clean := true
	for i := 0; i < len(s) && clean; i++ {
		clean = printable(s[i]) || s[i] == '\\'
	}
	if clean {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if visible(r, n) {
			b.WriteString(s[:n])
		} else {
			for i := range n {
				escapeByte(&b, s[i])
			}
		}
		s = s[n:]
	}
	return b.String()
}

// Cut shortens display text to at most n bytes, the last three of them "..."
// where something was dropped; it splits no \DDD and no rune.
func Cut(s string, n int) string {
	const dots = "..."
	if len(s) <= n {
		return s
	}
	if n <= len(dots) {
		return dots[:max(n, 0)]
	}
	end := n - len(dots)
	for i := 1; i <= min(3, end); i++ { // an escape that starts within the last three bytes is not whole
		if s[end-i] == '\\' {
			end -= i
			break
		}
	}
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + dots
}

// visible says that a rune prints as itself and moves nothing else: no control,
// no bidirectional or zero-width format character, no letter or variation
// selector that shows nothing, no broken UTF-8.
func visible(r rune, size int) bool {
	switch {
	case r == utf8.RuneError && size == 1:
		return false
	case r < 0x80:
		return r >= ' ' && r != 0x7f
	}
	return unicode.IsPrint(r) && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

func printable(c byte) bool { return c >= ' ' && c < 0x7f && c != '\\' }

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-'
}

func escape(s string, plain func(byte) bool) string {
	i := 0
	for i < len(s) && plain(s[i]) {
		i++
	}
	if i == len(s) {
		return s
	}
	var b strings.Builder
	b.WriteString(s[:i])
	for ; i < len(s); i++ {
		if plain(s[i]) {
			b.WriteByte(s[i])
		} else {
			escapeByte(&b, s[i])
		}
	}
	return b.String()
}

func escapeByte(b *strings.Builder, c byte) {
	b.WriteByte('\\')
	b.WriteByte('0' + c/100)
	b.WriteByte('0' + c/10%10)
	b.WriteByte('0' + c%10)
}

// unescape undoes \DDD; a backslash that starts none stays as it is.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if n, ok := decimal(s[i+1 : i+4]); ok {
				b.WriteByte(n)
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func decimal(s string) (byte, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return byte(n), n <= 255
}

// Shell makes text of ours that a person copies one word of a POSIX shell's. It
// does not make it safe to print.
func Shell(word string) string {
	plain := word != ""
	for i := 0; i < len(word) && plain; i++ {
		plain = nameByte(word[i]) || strings.IndexByte("/:@,+=%", word[i]) >= 0
	}
	if plain {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
