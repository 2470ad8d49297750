// Package safetext holds untrusted bytes so that every ordinary way to print or encode
// them is safe.
//
// Other people write DNS records, banners, user names in logs and configuration files. In
// a PTR record, "\x1b]0;…" would be a command to the terminal, and "root@host's password: "
// looks like a prompt (RFC 9267; Jeitner and Shulman, USENIX Security 2021).
//
// # Which to use
//
// [Of] makes a [Text] of what a stranger wrote. [Name] is for host and user names in a
// sentence, [Line] for a whole line of ours that may quote a stranger, [Shell] for a word
// in a command that people copy, and [Cut] bounds the length of any of these.
package safetext

import (
	"encoding"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text is untrusted text. String, MarshalText and so every fmt verb and encoder give the
// printable form; Raw is the only way to the bytes. Texts of equal bytes are ==.
//
// A Text holds the printable form only, since fmt and debuggers can look past methods into
// unexported fields.
type Text struct{ safe string }

var (
	_ fmt.Formatter            = Text{}
	_ encoding.TextMarshaler   = Text{}
	_ encoding.TextUnmarshaler = (*Text)(nil)
)

// Of makes a Text of raw bytes.
func Of(raw string) Text { return Text{escape(raw, printable)} }

// Raw returns the bytes that were given to Of. They must not reach a terminal, a file that
// people read, a label or a page.
func (t Text) Raw() string { return unescape(t.safe) }

// IsZero reports whether there is no text; encoding/json's omitzero asks it.
func (t Text) IsZero() bool { return t.safe == "" }

// String returns the text on one line: printable ASCII and spaces as they are, every other
// byte, and the backslash, as \DDD in decimal, as in zone files (RFC 1035, section 5.1).
func (t Text) String() string { return t.safe }

// Format treats every verb as %s, so that %q, %x and %#v cannot bypass String.
func (t Text) Format(f fmt.State, _ rune) { fmt.Fprintf(f, fmt.FormatString(f, 's'), t.safe) }

// MarshalText returns String.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.safe), nil }

// UnmarshalText reads what MarshalText wrote, so that String is the same again. Bytes that
// no String holds are escaped like any others.
func (t *Text) UnmarshalText(b []byte) error {
	*t = Of(unescape(string(b)))
	return nil
}

// Name returns a host or user name for display: letters, digits, dots, underscores and
// hyphens as they are, every other byte, also space and backslash, as \DDD.
func Name(raw string) string { return escape(raw, nameByte) }

// Line makes a text of ours that may quote untrusted text safe for a terminal: each byte of
// a character that is not printable becomes \DDD, printable Unicode stays. Unlike String it
// leaves backslashes as they are, so that safe text does not change.
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

// Cut shortens display text to at most n bytes, of which the last three are "..." if
// anything was cut. It does not split a \DDD or a rune.
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

// visible reports whether a rune prints as itself and affects nothing else: not a control,
// a bidirectional or zero-width format character, an invisible letter or variation
// selector, or invalid UTF-8.
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

// unescape reverses \DDD. Any other backslash stays as it is.
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

// Shell quotes a word for a POSIX shell, in a command that people copy. It does not make the
// word safe to print.
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
