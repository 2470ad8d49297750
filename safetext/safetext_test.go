package safetext_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"unicode/utf8"

	"rdnsproxy/safetext"
)

// all is every byte once.
var all = func() string {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return string(b)
}()

// hostile are seeds: what a PTR, a banner or a log line may hold.
var hostile = []string{
	"", "host.example.com", "root@host's password: ", "\x1b]0;owned\x07\x1b[2J", "a\nb\r\n", "nul\x00", `back\slash`, `\027`, `\\027`, `\`, `\2`, `\999`,
	"\u202egro.elpmaxe", "zero\u200bwidth", "m\u00fcnchen", "\xff\xfe\xc3", "\u0085\u2028\u2029", "\u3164\ufe0f\u034f", "\U000e0041", "\"<'&>`$(x)", all,
	strings.Repeat("a", 300), strings.Repeat("\x1b", 300),
}

// plain reports that a text can do nothing to a terminal.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func TestString(t *testing.T) {
	for raw, want := range map[string]string{
		"":                  "",
		"a b":               "a b",
		"\x1b[2J":           `\027[2J`,
		`\027`:              `\092027`,
		"m\u00fcnchen":      `m\195\188nchen`,
		"\x00\x7f\xff\n\t":  `\000\127\255\010\009`,
		"\"quoted\" <b>&'`": "\"quoted\" <b>&'`",
	} {
		if got := safetext.Of(raw).String(); got != want {
			t.Errorf("%q: %s, want %s", raw, got, want)
		}
	}
}

// No verb, encoder or depth of a struct leads to the bytes.
func TestNoWayRound(t *testing.T) {
	type hidden struct{ text safetext.Text }
	type open struct{ Text safetext.Text }
	text := safetext.Of(all)
	for _, v := range []any{text, &text, []safetext.Text{text}, map[string]safetext.Text{"k": text}, map[safetext.Text]bool{text: true},
		hidden{text}, &hidden{text}, []hidden{{text}}, open{text}, struct{ any }{text}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%+q", "%x", "% X", "%d", "%p", "%c", "%U", "%t", "%!", "%.900s", "%-900s", "%09v", "%T"} {
			if got := fmt.Sprintf(verb, v); !plain(got) {
				t.Errorf("%s of a %T: %q", verb, v, got)
			}
		}
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("m", "text", text, "hidden", hidden{text})
	slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "text", text, "open", open{text})
	if got := strings.ReplaceAll(log.String(), "\n", ""); !plain(got) {
		t.Errorf("logged: %q", got)
	}
}

func TestFormat(t *testing.T) {
	text := safetext.Of("\x1b!")
	for verb, want := range map[string]string{"%s": `\027!`, "%q": `\027!`, "%8s|": `   \027!|`, "%-8v|": `\027!   |`, "%#v": `\027!`, "%x": `\027!`} {
		if got := fmt.Sprintf(verb, text); got != want {
			t.Errorf("%s: %q, want %q", verb, got, want)
		}
	}
}

func TestZero(t *testing.T) {
	if !safetext.Of("").IsZero() || safetext.Of("\x00").IsZero() {
		t.Error("IsZero")
	}
	got, err := json.Marshal(struct {
		A safetext.Text `json:"a,omitzero"`
		B safetext.Text `json:"b,omitzero"`
	}{B: safetext.Of("\n")})
	if err != nil || string(got) != `{"b":"\\010"}` {
		t.Errorf("%s, %v", got, err)
	}
}

func TestName(t *testing.T) {
	for raw, want := range map[string]string{
		"a-b_c.Example.com":       "a-b_c.Example.com",
		"root@host's password: ":  `root\064host\039s\032password\058\032`,
		`a\.b`:                    `a\092.b`,
		"\u202e":                  `\226\128\174`,
		"192-168-1-243.foo\x1b[m": `192-168-1-243.foo\027\091m`,
	} {
		if got := safetext.Name(raw); got != want {
			t.Errorf("%q: %s, want %s", raw, got, want)
		}
	}
}

func TestLine(t *testing.T) {
	for s, want := range map[string]string{
		`C:\Users\027`:            `C:\Users\027`,
		"m\u00fcnchen \u4f8b":     "m\u00fcnchen \u4f8b",
		"a\u202eb":                `a\226\128\174b`,
		"a\u200bb":                `a\226\128\139b`,
		"a\u00a0b":                `a\194\160b`, // a space that is none
		"a\u3164b":                `a\227\133\164b`,
		"a\ufe0fb":                `a\239\184\143b`,
		"\xff\ufffd":              `\255` + "\ufffd",
		"one\ntwo\r\x7f\u0085":    `one\010two\013\127\194\133`,
		"\U000e0041\x1b]0;x\x07 ": `\243\160\129\129\027]0;x\007 `,
	} {
		if got := safetext.Line(s); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, test := range []struct {
		s    string
		n    int
		want string
	}{
		{"abcdef", 6, "abcdef"},
		{"abcdef", 5, "ab..."},
		{"abcdef", 4, "a..."},
		{"abcdef", 3, "..."},
		{"abcdef", 2, ".."},
		{"abcdef", 0, ""},
		{"abcdef", -1, ""},
		{"", -1, ""},
		{`ab\027cdef`, 9, `ab\027...`},
		{`ab\027cdef`, 8, `ab...`},
		{`ab\027cdef`, 7, `ab...`},
		{`ab\027cdef`, 6, `ab...`},
		{`ab\027cdef`, 5, `ab...`},
		{`\027\027\027`, 10, `\027...`},
		{"\u4f8b\u4f8b\u4f8b", 8, "\u4f8b..."},
		{"\u4f8b\u4f8b\u4f8b", 5, "..."},
	} {
		if got := safetext.Cut(test.s, test.n); got != test.want {
			t.Errorf("%q to %d: %q, want %q", test.s, test.n, got, test.want)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		text := safetext.Of(raw)
		if text.Raw() != raw {
			t.Errorf("%q came back as %q", raw, text.Raw())
		}
		shown := text.String()
		if !plain(shown) || !plain(safetext.Name(raw)) {
			t.Errorf("%q shows as %q, %q", raw, shown, safetext.Name(raw))
		}
		b, err := text.MarshalText()
		var back safetext.Text
		if err != nil || back.UnmarshalText(b) != nil || back != text {
			t.Errorf("%q, marshalled %s, came back as %#v", raw, b, back)
		}
		// Anything may stand in a file that is read back.
		if err := back.UnmarshalText([]byte(raw)); err != nil || !plain(back.String()) {
			t.Errorf("unmarshalled, %q is %q, %v", raw, back.String(), err)
		}
		if safetext.Line(shown) != shown {
			t.Errorf("Line changes %q", shown)
		}
	})
}

func FuzzLine(f *testing.F) {
	for _, s := range hostile {
		f.Add(s, len(s)/2)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		line := safetext.Line(s)
		if safetext.Line(line) != line {
			t.Errorf("Line of %q is not safe by its own measure", line)
		}
		if !utf8.ValidString(line) {
			t.Errorf("%q is no UTF-8", line)
		}
		for _, r := range line {
			if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
				t.Errorf("%U in the line of %q", r, s)
			}
		}
		cut := safetext.Cut(line, n)
		if len(cut) > max(n, 0) || safetext.Line(cut) != cut {
			t.Errorf("%q cut to %d is %q", line, n, cut)
		}
		if len(line) <= n && cut != line {
			t.Errorf("%q was cut to %q", line, cut)
		}
	})
}
