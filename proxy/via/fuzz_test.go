package via

import (
	"bytes"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"rdnsproxy/limits"
	"rdnsproxy/safetext"
)

// answers is a connection to a proxy that has sent all its bytes at once.
type answers struct {
	*bytes.Reader
	sent bytes.Buffer
}

func (a *answers) Write(b []byte) (int, error) { return a.sent.Write(b) }

var fuzzed = destination{addr: netip.MustParseAddr("192.0.2.7"), port: 22}

// read checks what holds of every answer: what is beyond it stays unread, its length is
// bounded, and what is said of it is safe to print. ends reports whether these bytes are
// an answer that ends with the last of them.
func read(t *testing.T, p *Proxy, answer []byte, ask func(*answers) error) (granted []byte) {
	const banner = "SSH-2.0-x\r\n"
	a := &answers{Reader: bytes.NewReader(append(bytes.Clone(answer), banner...))}
	err := ask(a)
	if used := int(a.Size()) - a.Len(); used > limits.ProxyAnswer {
		t.Errorf("%d bytes are read", used)
	}
	if err != nil {
		e := p.failure(err, fuzzed)
		if e.Text == "" || e.Error() != safetext.Line(e.Error()) || e.Hint != safetext.Line(e.Hint) || len(e.Text) > 4*maxShown {
			t.Errorf("%q %q", e.Error(), e.Hint)
		}
		return nil
	}
	return answer[:min(len(answer), int(a.Size())-a.Len())]
}

func FuzzSOCKS5(f *testing.F) {
	for _, seed := range []string{"\x05\x00\x05\x00\x00\x01\x7f\x00\x00\x01\x04\x00", "\x05\x02\x01\x00\x05\x00\x00\x03\x01x\x04\x00", "\x05\xff", "\x00\x5b", "HTTP/1.1 400\r\n",
		"\x05\x00\x05\x05\x00\x01", "\x05\x00\x05\x00\x00\x04" + strings.Repeat("\x00", 18)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		p := &Proxy{Scheme: SOCKS5, Host: "h", Port: 1, User: "joe", password: "secret", knows: true}
		ask := func(a *answers) error { return p.socks5(a, fuzzed) }
		granted := read(t, p, answer, ask)
		if granted == nil {
			return
		}
		// One byte less is not an answer.
		a := &answers{Reader: bytes.NewReader(granted[:max(0, len(granted)-1)])}
		if len(granted) < len(answer) && ask(a) == nil {
			t.Errorf("%q is enough of %q", granted[:len(granted)-1], granted)
		}
		if a := (&answers{Reader: bytes.NewReader(answer)}); ask(a) == nil && granted[1] == noLogin && bytes.Contains(a.sent.Bytes(), []byte("secret")) {
			t.Error("the password was sent to a proxy that did not ask for it")
		}
	})
}

func FuzzConnect(f *testing.F) {
	for _, seed := range []string{"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 200\n\n", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n",
		"HTTP/1.1 407 x\r\nProxy-Authenticate: NTLM\r\n\r\n", "HTTP/1.1 403 \x1b[31m\r\n\r\n", "<html>\n", "\x05\xff", "\n", "HTTP/1.1 2x0 \r\n\r\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		p := &Proxy{Scheme: HTTP, Host: "h", Port: 1}
		granted := read(t, p, answer, func(a *answers) error { return p.httpConnect(a, fuzzed) })
		if granted != nil && len(granted) < len(answer) && !bytes.HasSuffix(granted, []byte("\n")) {
			t.Errorf("%q does not end with a line", granted)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"socks5://joe:secret@h:1", "http://[::1]:80/", "https://h?x", "socks5://a%zz@h"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, word string) {
		p, err := Parse(word)
		if err != nil {
			if text := err.Error(); text != safetext.Line(text) {
				t.Errorf("%q", text)
			}
			return
		}
		if text := p.String(); text != safetext.Line(text) {
			t.Errorf("%q", text)
		}
		again, err := Parse(p.String())
		if err == nil && !again.Same(p) {
			t.Errorf("%v is %v", p, again)
		}
		if _, err := ParseCredentials(strings.NewReader(word)); err != nil && errors.Is(err, ErrNoScheme) {
			t.Errorf("%v", err)
		}
	})
}
