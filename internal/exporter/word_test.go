package exporter

import (
	"strings"
	"testing"
	"unicode/utf8"

	"rdnsproxy/resolve"
)

func TestParseWord(t *testing.T) {
	for word, want := range map[string]string{
		"my.example.com": "my.example.com:22", "MY.Example.COM:2222": "my.example.com:2222", "my.example.com.": "my.example.com.:22",
		"192.0.2.1": "192.0.2.1:22", "192.0.2.1:2222": "192.0.2.1:2222", "2001:DB8::1": "[2001:db8::1]:22",
		"[2001:db8::1]:2222": "[2001:db8::1]:2222", "[2001:db8::1]": "[2001:db8::1]:22", "münchen.example.com": "xn--mnchen-3ya.example.com:22",
		// what getaddrinfo takes for an address is one, in whatever form
		"127.1": "127.0.0.1:22", "0x7f.1": "127.0.0.1:22", "2130706433": "127.0.0.1:22", "0177.0.0.1": "127.0.0.1:22",
		"::ffff:127.0.0.1": "[::ffff:127.0.0.1]:22",
	} {
		w, err := ParseWord(word)
		if err != nil || w.String() != want {
			t.Errorf("%s: %v %v, want %s", word, w, err, want)
		}
	}
	for _, word := range []string{
		"", " ", "a b", "a\nb", "a\x00b", "a\x1b[2J", "-oProxyCommand=id", "user@host", "ssh://host", "ssh://user@host:22", "http://host/",
		"host/path", "192.0.2.0/24", "fe80::1%eth0", "[fe80::1%25eth0]:22", "host:0", "host:65536", "host:x", "host:", ":22", "[host]:22x", "[::1",
		"a,b", "$(id)", "`id`", "a;b", "*.example.com", "\xff", "a\u200bb", ".", "..", "a..b", strings.Repeat("a", 64) + ".example.com",
		strings.Repeat("a.", 5000), "host:22:22", "::ffff:127.0.0.1:22:x", "%s%s%n",
	} {
		w, err := ParseWord(word)
		if err == nil {
			t.Errorf("%q is taken for %v", word, w)
		} else if text := err.Error(); strings.ContainsAny(text, "\n\x00\x1b") || !utf8.ValidString(text) || len(text) > 400 {
			t.Errorf("%q: %q", word, text)
		}
	}
}

// FuzzParseWord: what is taken has one spelling, which means the same, and nothing in it
// that a shell, a log or a page could take for something else.
func FuzzParseWord(f *testing.F) {
	for _, seed := range []string{"my.example.com:22", "[2001:db8::1]:2222", "127.1", "MÜNCHEN.example.com.", "-x", "a\n", "::ffff:1.2.3.4", "x_y.example"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, word string) {
		w, err := ParseWord(word)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r\x1b") {
				t.Errorf("%q", err)
			}
			return
		}
		again, err := ParseWord(w.String())
		if err != nil || again != w {
			t.Errorf("%q: %v, again %v %v", word, w, again, err)
		}
		if _, literal := resolve.ParseLiteral(w.Host); literal != w.Address.IsValid() || w.Port == 0 {
			t.Errorf("%q: %+v", word, w)
		}
		if strings.Trim(w.String(), "abcdefghijklmnopqrstuvwxyz0123456789-_.:[]") != "" || w.Host[0] == '-' {
			t.Errorf("%q: %q", word, w)
		}
	})
}
