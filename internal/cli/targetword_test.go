package cli

import (
	"errors"
	"net"
	"strconv"
	"strings"
	"testing"
)

// A target that is taken can be handed to ssh and to a resolver, and its parts
// put together again read as the same; one that is refused says what is wanted.
func FuzzParseTarget(f *testing.F) {
	for _, s := range []string{"", "host", "user@host", "a@b@host", "host:22", "host:", ":22", "[::1]:22", "[::1", "[]", "::1", "fe80::1%eth0", "ssh://user@host:22/", "ssh://host/path", "ssh://-oProxyCommand=x",
		"http://host", "ssh://[::1]:2222", "ssh://%20", "-oProxyCommand=x", "@host", "a b", "host\x1b[2J", "127.1", "user:pw@host", "ssh://u:p@host", "[host]:22", "[[]", "host:99999", "ssh://host:0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, word string) {
		got, err := parseTarget(word)
		if err != nil {
			var r *refusal
			if !errors.As(err, &r) || r.hint == "" {
				t.Fatalf("%q: %v: there is nothing that one could do", word, err)
			}
			return
		}
		if got.host == "" || got.host[0] == '-' || strings.ContainsAny(got.host, " \t\r\n\x00'\"`$\\;&<>|(){}") {
			t.Fatalf("%q is host %q", word, got.host)
		}
		again := got.host
		if strings.Contains(got.host, ":") || got.port != 0 {
			again = "[" + got.host + "]"
		}
		if got.port != 0 {
			again = net.JoinHostPort(got.host, strconv.Itoa(int(got.port)))
			if !strings.Contains(got.host, ":") {
				again = got.host + ":" + strconv.Itoa(int(got.port))
			}
		}
		if got.user != "" || strings.Contains(got.host, "@") {
			again = got.user + "@" + again
		}
		if strings.Contains(again, "://") || strings.ContainsAny(got.host, "[]") {
			return // reads as a URL, or has no way to be written in brackets
		}
		if same, err := parseTarget(again); err != nil || same != got {
			t.Fatalf("%q is %+v, and %q is %+v, %v", word, got, again, same, err)
		}
	})
}
