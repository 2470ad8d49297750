package target

import (
	"errors"
	"net"
	"strconv"
	"strings"
	"testing"

	"rdnsproxy/internal/console"
)

// FuzzParseTarget: a valid target is safe to pass to ssh and to a resolver, and its
// parts put together parse as the same; a refused one comes with a hint.
func FuzzParseTarget(f *testing.F) {
	for _, s := range []string{
		"", "host", "user@host", "a@b@host", "host:22", "host:", ":22", "[::1]:22", "[::1", "[]", "::1", "fe80::1%eth0",
		"ssh://user@host:22/", "ssh://host/path", "ssh://-oProxyCommand=x", "http://host", "ssh://[::1]:2222", "ssh://%20",
		"-oProxyCommand=x", "@host", "a b", "host\x1b[2J", "127.1", "user:pw@host", "ssh://u:p@host", "[host]:22", "[[]",
		"host:99999", "ssh://host:0",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, word string) {
		got, err := Parse(word)
		if err != nil {
			var r *console.Refusal
			if !errors.As(err, &r) || r.Hint == "" {
				t.Fatalf("%q: %v: no hint", word, err)
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
			return // would parse as a URL, or cannot be put in brackets
		}
		if same, err := Parse(again); err != nil || same != got {
			t.Fatalf("%q is %+v, and %q is %+v, %v", word, got, again, same, err)
		}
	})
}

func TestParseTarget(t *testing.T) {
	tests := []struct {
		word, user, host string
		port             uint16
		fails            bool
	}{
		{word: "my.example.com", host: "my.example.com"},
		{word: "chris@my.example.com", user: "chris", host: "my.example.com"},
		{word: "my.example.com:2222", host: "my.example.com", port: 2222},
		{word: "chris@work@my.example.com:2222", user: "chris@work", host: "my.example.com", port: 2222},
		{word: "192.0.2.1", host: "192.0.2.1"},
		{word: "192.0.2.1:22", host: "192.0.2.1", port: 22},
		{word: "2001:db8::1", host: "2001:db8::1"},
		{word: "[2001:db8::1]", host: "2001:db8::1"},
		{word: "[2001:db8::1]:2222", host: "2001:db8::1", port: 2222},
		{word: "fe80::1%eth0", host: "fe80::1%eth0"},
		{word: "ssh://chris@my.example.com:2222", user: "chris", host: "my.example.com", port: 2222},
		{word: "ssh://[2001:db8::1]:2222/", host: "2001:db8::1", port: 2222},
		{word: "127.1", host: "127.1"},
		{word: "", fails: true},
		{word: "-oProxyCommand=x", fails: true},
		{word: "chris@-x", fails: true},
		{word: "my.example.com:0", fails: true},
		{word: "my.example.com:ssh", fails: true},
		{word: "[2001:db8::1", fails: true},
		{word: "[2001:db8::1]x", fails: true},
		{word: "ssh://my.example.com/path", fails: true},
		{word: "ssh://", fails: true},
		{word: "a b", fails: true},
		{word: "a\x1b[2J", fails: true},
		{word: "müller.example.com", host: "müller.example.com"},
		{word: "m\xfcller.example.com", fails: true},
		{word: "ssh://m%FCller.example.com", fails: true},
		{word: "\u200bmy.example.com", fails: true},
		{word: "my\u00ad.example.com", fails: true},
		{word: "\u2066my.example.com", fails: true},
		{word: "نامه\u200cای.example.com", host: "نامه\u200cای.example.com"},
	}
	for _, tt := range tests {
		t.Run(tt.word, func(t *testing.T) {
			got, err := Parse(tt.word)
			if (err != nil) != tt.fails {
				t.Errorf("%+v, %v", got, err)
			} else if want := (Destination{tt.user, tt.host, tt.port}); err == nil && got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
}
