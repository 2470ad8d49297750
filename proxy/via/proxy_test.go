package via_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rdnsproxy/proxy/via"
)

func TestParse(t *testing.T) {
	for word, want := range map[string]string{
		"socks5://h":                       "socks5://h:1080",
		"socks5h://h:9050":                 "socks5h://h:9050",
		"SOCKS5://h":                       "socks5://h:1080",
		"http://h":                         "http://h:1080", // curl's
		"http://h:3128/":                   "http://h:3128",
		"https://h":                        "https://h:443",
		"socks5://[2001:db8::1]":           "socks5://[2001:db8::1]:1080",
		"socks5://[2001:db8::1]:99":        "socks5://[2001:db8::1]:99",
		"socks5://[fe80::1%25eth0]:99":     "socks5://[fe80::1%eth0]:99",
		"http://joe@h":                     "http://h:1080",
		"http://joe:p%40ss%2Fword@h:1":     "http://h:1",
		"http://joe:@h":                    "http://h:1080",
		"h:3128":                           "it has no scheme",
		"":                                 "it has no scheme",
		"socks5:h":                         "it has no scheme",
		"socks4://h":                       "its scheme is not socks5,",
		"socks://h":                        "its scheme is not socks5,",
		"http://a,b":                       "each proxy of a list begins with its scheme",
		"://h":                             "it is not a URL",
		"http://":                          "it names no host",
		"http://:80":                       "it names no host",
		"http://joe@":                      "it names no host",
		"http://h:":                        "its port is not a number",
		"http://h:0":                       "its port is not a number",
		"http://h:65536":                   "its port is not a number",
		"http://h:http":                    "it is not a URL",
		"http://h:-1":                      "it is not a URL",
		"http://[::1":                      "it is not a URL",
		"http://h h":                       "it is not a URL",
		"http://h\x1b":                     "it is not a URL",
		"http://h/path":                    "has no path, query or fragment",
		"http://h?":                        "has no path, query or fragment",
		"http://h?a=b":                     "has no path, query or fragment",
		"http://h#x":                       "has no path, query or fragment",
		"http://:secret@h":                 "it has a password, but no user",
		"http://a%3Ab:secret@h":            "its user has a colon",
		"socks5://joe:" + long(256) + "@h": "longer than the 255 bytes",
		"http://joe:secret%@h":             "it is not a URL",
	} {
		t.Run(word, func(t *testing.T) {
			p, err := via.Parse(word)
			if err != nil {
				if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
					t.Errorf("%v, want %s", err, want)
				}
				return
			}
			if p.String() != want {
				t.Errorf("%v, want %s", p, want)
			}
		})
	}
}

func long(n int) string { return strings.Repeat("x", n) }

func TestSplit(t *testing.T) {
	for list, want := range map[string][]string{
		"":                              {""},
		"env":                           {"env"},
		"socks5://a,http://b":           {"socks5://a", "http://b"},
		"http://joe:1,2@a,http://b":     {"http://joe:1,2@a", "http://b"},
		"env,socks5://a":                {"env", "socks5://a"},
		"http://a,,http://b":            {"http://a,", "http://b"},
		"http://a,b":                    {"http://a,b"},
		"https://joe:x@[::1]:1,http://": {"https://joe:x@[::1]:1", "http://"},
	} {
		if got := via.Split(list); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", list, got, want)
		}
	}
}

// No way of printing leads to the password.
func TestPasswordIsNotShown(t *testing.T) {
	p := parse(t, "http://joe:hunter2@h")
	c := &via.Chain{Proxies: []*via.Proxy{p}}
	_, err := c.Connect(t.Context(), host4)
	inJSON, _ := json.Marshal(p)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, shown := range []any{p, c, *c, c.Proxies, err} {
			if text := fmt.Sprintf(verb, shown); strings.Contains(text, "hunter2") || strings.Contains(text, "68756e74657232") {
				t.Errorf("%s of a %T: %s", verb, shown, text)
			}
		}
	}
	if strings.Contains(string(inJSON), "hunter2") {
		t.Error(string(inJSON))
	}
	for word, want := range map[string]string{
		"http://joe:hunter2@h:1":        "http://...@h:1",
		"http://joe:hun@ter2/x@h":       "http://...@h",
		"joe:hunter2@h":                 "...@h",
		"joe:hunter2@http://h":          "...@http://h",
		"http://joe:hunter2://x@h/path": "http://...@h/path",
		"http://h":                      "http://h",
		"http://joe:hunter2":            "http://joe:...",
		"joe:hunter2":                   "joe:...",
		"http://joe:12/34":              "http://joe:12/34", // a port and a path
		"http://joe:hun/ter:2":          "http://joe:...",
		"http://h:1080":                 "http://h:1080",
		"h:1080":                        "h:1080",
		"http://[::1]:1080/x":           "http://[::1]:1080/x",
		"http://[::1]:hunter2":          "http://[::1]:...",
	} {
		if got := via.Redact(word); got != want {
			t.Errorf("%s: %s, want %s", word, got, want)
		}
	}
}

func TestRedactURLs(t *testing.T) {
	for text, want := range map[string]string{
		"":             "",
		"nc %h %p":     "nc %h %p",
		"x ://@ :// y": "x ://@ :// y",
		"env RDNSPROXY_VIA=http://joe:hunter2@h:1 rdnsproxy %h %p":                             "env RDNSPROXY_VIA=http://joe:...@h:1 rdnsproxy %h %p",
		"A='socks5://joe:hunter2://x@y@h' B=http://h:1 http://joe@h \"http://:hunter2@[::1]\"": "A='socks5://joe:...@h' B=http://h:1 http://joe@h \"http://:...@[::1]\"",
		"http://a:hunter2@h,http://b:hunter2@h":                                                "http://a:...@h",
	} {
		if got := via.RedactURLs(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestCredentials(t *testing.T) {
	for name, test := range map[string]struct {
		file    string
		proxies []string
		users   string // of the proxies, and + for a password; or the error
	}{
		"one":              {"joe:secret\n", []string{"http://h"}, "joe+"},
		"of the user":      {"ann:x\njoe:secret", []string{"http://joe@h"}, "joe+"},
		"other user":       {"ann:x\n", []string{"http://joe@h"}, "joe"},
		"colons":           {"joe:a:b://c", []string{"http://h"}, "it is not a URL"},
		"comments":         {"# mine\n\njoe:secret\r\n", []string{"http://h"}, "joe+"},
		"empty password":   {"joe:\n", []string{"http://h"}, "joe"},
		"not overridden":   {"joe:secret\n", []string{"http://ann:x@h"}, "ann+"},
		"several, no user": {"joe:secret\n", []string{"http://h", "http://i"}, " "},
		"several, a user":  {"joe:secret\n", []string{"http://h", "http://joe@i"}, " joe+"},
		"by proxy":         {"http://joe:secret@h\nsocks5://ann:y@i:1\n", []string{"http://h", "socks5h://i:1"}, "joe+ ann+"},
		"other port":       {"http://joe:secret@h:1\n", []string{"http://h:2"}, ""},
		"not the user's":   {"http://joe:secret@h\n", []string{"http://ann@h"}, "ann"},
		"empty":            {"", nil, "it holds no line USER:PASSWORD"},
		"comments only":    {"#x\n\n", nil, "it holds no line USER:PASSWORD"},
		"no colon":         {"\nsecret\n", nil, "line 2: it is not USER:PASSWORD"},
		"no user":          {":secret\n", nil, "line 1: it is not USER:PASSWORD"},
		"bad URL":          {"ftp://joe:secret@h\n", nil, "line 1: its scheme is not"},
		"no password":      {"http://joe@h\n", nil, "line 1: it names a proxy without a password"},
		"too long":         {long(via.MaxCredentials) + ":x", nil, "it is longer than 64 KiB"},
		"too many":         {strings.Repeat("joe:x\n", via.MaxCredentials/6+1), nil, "it is longer than 64 KiB"},
		"too long for it":  {"joe:" + long(256), []string{"socks5://h"}, "longer than the 255 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			var proxies []*via.Proxy
			for _, word := range test.proxies {
				proxies = append(proxies, parse(t, word))
			}
			c, err := via.ParseCredentials(strings.NewReader(test.file))
			if err == nil {
				err = c.Apply(proxies)
			}
			if err != nil {
				if !strings.Contains(err.Error(), test.users) || test.users == "" || strings.Contains(err.Error(), "secret") {
					t.Errorf("%v, want %s", err, test.users)
				}
				return
			}
			var users []string
			for _, p := range proxies {
				user := p.User
				if p.HasPassword() {
					user += "+"
				}
				users = append(users, user)
			}
			if got := strings.Join(users, " "); got != test.users {
				t.Errorf("%q, want %q", got, test.users)
			}
		})
	}
}
