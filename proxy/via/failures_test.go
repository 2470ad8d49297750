package via_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rdnsproxy/proxy/dial"
	"rdnsproxy/proxy/via"
)

// Each way in which a proxy fails has its words.
func TestFailures(t *testing.T) {
	socks := func(answer string) []step { return []step{{hello, "\x05\x00"}, {ask4, answer}} }
	http := func(answer string) []step { return []step{{connect4, answer}} }
	for name, test := range map[string]struct {
		scheme string
		steps  []step
		kind   via.Kind
		text   string
		hint   string
	}{
		"failure":       {"socks5://", socks("\x05\x01\x00\x01"), via.Denied, "it failed (general SOCKS server failure)", ""},
		"rules":         {"socks5://", socks("\x05\x02\x00\x01"), via.Denied, "its rules do not allow this connection", ""},
		"network":       {"socks5://", socks("\x05\x03\x00\x01"), via.Denied, "it answers: network unreachable", ""},
		"host":          {"socks5://", socks("\x05\x04\x00\x01"), via.Denied, "it answers: host unreachable", ""},
		"refused":       {"socks5://", socks("\x05\x05\x00\x01"), via.Denied, "it answers: connection refused", ""},
		"ttl":           {"socks5://", socks("\x05\x06\x00\x01"), via.Denied, "it answers: TTL expired", ""},
		"no connect":    {"socks5://", socks("\x05\x07\x00\x01"), via.Denied, "it does not support CONNECT", ""},
		"no type":       {"socks5://", socks("\x05\x08\x00\x01"), via.Denied, "it does not support this type of address", ""},
		"code 9":        {"socks5://", socks("\x05\x09\x00\x01"), via.Denied, "it gives a reason that RFC 1928 does not have", ""},
		"code 255":      {"socks5://", socks("\x05\xff\x00\x01"), via.Denied, "it gives a reason that RFC 1928 does not have", ""},
		"bound":         {"socks5://", socks("\x05\x00\x00\x02"), via.Broken, "its answer has a type of address that RFC 1928 does not have", ""},
		"cut":           {"socks5://", socks("\x05\x00\x00\x01\x7f"), via.Broken, "it closed the connection in the middle of its answer", ""},
		"as ssh -D":     {"socks5://", socks(""), via.Denied, "it closed the connection without an answer about 192.0.2.7:22, as ssh -D does if it cannot connect", ""},
		"other version": {"socks5://", socks("\x09\x00\x00\x01"), via.Broken, "it does not speak SOCKS5", ""},
		"closes":        {"socks5://", []step{{hello, ""}}, via.Broken, "it closed the connection without an answer", ""},
		"socks4":        {"socks5://", []step{{hello, "\x00\x5b"}}, via.Broken, "it speaks SOCKS4, and only SOCKS5 is supported", ""},
		"is http":       {"socks5://", []step{{hello, "HTTP/1.1 400 Bad Request\r\n\r\n"}}, via.Broken, "it speaks HTTP, not SOCKS5", "--via http://HOST:PORT"},
		"is tls":        {"socks5://", []step{{hello, "\x15\x03\x01"}}, via.Broken, "it speaks TLS, not SOCKS5", ""},
		"is ssh":        {"socks5://", []step{{hello, banner}}, via.Broken, "it is an SSH server, not a SOCKS5 proxy", ""},
		"garbage":       {"socks5://", []step{{hello, "\x1b]0;x\x07"}}, via.Broken, "it does not speak SOCKS5", ""},
		"wants login":   {"socks5://", []step{{hello, "\x05\xff"}}, via.Login, "it wants a user and a password", "--via-auth-file"},
		"takes login":   {"socks5://", []step{{hello, "\x05\x02"}}, via.Login, "it wants a user and a password", "--via-auth-file"},
		"kerberos":      {"socks5://", []step{{hello, "\x05\x01"}}, via.Broken, "it wants a login that was not offered", ""},
		"no method":     {"socks5://joe:x@", []step{{hello2, "\x05\xff"}}, via.Login, "it accepts neither a user with a password nor a login without one", ""},
		"wrong login":   {"socks5://joe:x@", []step{{hello2, "\x05\x02"}, {"\x01\x03joe\x01x", "\x01\x01"}}, via.Login, "it does not accept the user and password", ""},

		"403":          {"http://", http("HTTP/1.1 403 Filtered\r\n\r\n<html>"), via.Denied, "it answers: 403 Filtered", "can allow port 22"},
		"502":          {"http://", http("HTTP/1.1 502 Bad Gateway\r\nServer: x\r\n\r\n"), via.Denied, "it answers: 502 Bad Gateway", ""},
		"moved":        {"http://", http("HTTP/1.1 302 Found\r\nLocation: http://portal/\r\n\r\n"), via.Denied, "it answers: 302 Found", ""},
		"upgrade":      {"http://", http("HTTP/1.1 101 Switching Protocols\r\n\r\n"), via.Denied, "it answers: 101 Switching Protocols", ""},
		"no reason":    {"http://", http("HTTP/1.1 500\r\n\r\n"), via.Denied, "it answers: 500", ""},
		"hostile":      {"http://", http("HTTP/1.1 500 \x1b]0;owned\x07\x9b\r\n\r\n"), via.Denied, `it answers: 500 \027]0;owned\007\155`, ""},
		"wants basic":  {"http://", http("HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n"), via.Login, "it wants a user and a password (407 Auth)", "--via-auth-file"},
		"empty line":   {"http://", http("\r\nHTTP/1.1 200 OK\r\n\r\n"), via.Broken, `it does not speak HTTP: it sent "\013"`, ""},
		"wants one":    {"http://", http("HTTP/1.1 407 Auth\r\nProxy-Authenticate: Digest realm=\"a, NTLM \\\", b\", nonce =x,Basic realm=y\r\n\r\n"), via.Login, "it wants a user and a password (407 Auth)", "--via-auth-file"},
		"wants more":   {"http://", http("HTTP/1.1 407 Auth\r\nProxy-Authenticate: A x==, B , C a=b,D, E, F, basic\r\n\r\n"), via.Login, "it wants a user and a password (407 Auth)", "--via-auth-file"},
		"wants two":    {"http://", http("HTTP/1.1 407 Auth\r\nProxy-Authenticate: Negotiate, , Digest realm=\"Basic, Basic\"\r\n\r\n"), via.Login, "it wants a login by Negotiate, Digest, and only Basic is supported", ""},
		"wants ntlm":   {"http://", http("HTTP/1.1 407 Auth\r\nproxy-authenticate: NTLM\r\nProxy-Authenticate:Negotiate\r\n\r\n"), via.Login, "it wants a login by NTLM, Negotiate, and only Basic is supported", ""},
		"wrong basic":  {"http://joe:x@", []step{{connect4[:len(connect4)-2], "HTTP/1.1 407 No\r\n\r\n"}}, via.Login, "it does not accept the user and password (407 No)", ""},
		"wrong, 401":   {"http://joe:x@", []step{{connect4[:len(connect4)-2], "HTTP/1.1 401 Unauthorized\r\n\r\n"}}, via.Login, "it does not accept the user and password (401 Unauthorized)", ""},
		"401":          {"http://", http("HTTP/1.1 401 No\r\n\r\n"), via.Denied, "it answers: 401 No", ""},
		"html":         {"http://", http("<html>\r\nno\r\n"), via.Broken, `it does not speak HTTP: it sent "<html>"`, ""},
		"http 2":       {"http://", http("HTTP/2 200\r\n\r\n"), via.Broken, `it does not speak HTTP: it sent "HTTP/2 200"`, ""},
		"no status":    {"http://", http("HTTP/1.1 2000 OK\r\n\r\n"), via.Broken, `it does not speak HTTP: it sent "HTTP/1.1 2000 OK"`, ""},
		"negative":     {"http://", http("HTTP/1.1 -20 OK\r\n\r\n"), via.Broken, `it does not speak HTTP: it sent "HTTP/1.1 -20 OK"`, ""},
		"is socks":     {"http://", http("\x05\xff"), via.Broken, "it speaks SOCKS5, not HTTP", "socks5://"},
		"http, ssh":    {"http://", http(banner), via.Broken, "it is an SSH server, not an HTTP proxy", ""},
		"http in tls":  {"http://", http("\x15\x03\x01\x00\x02\x02\x46"), via.Broken, "it speaks TLS, not plain HTTP", "https://"},
		"http, closes": {"http://", http(""), via.Broken, "it closed the connection without an answer", ""},
		"http, cut":    {"http://", http("HTTP/1.1 200 OK\r\nVia: "), via.Broken, "it closed the connection in the middle of its answer", ""},
		"bomb":         {"http://", http("HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", 1<<16)), via.Broken, "its answer does not end", ""},
		"long line":    {"http://", http("HTTP/1.1 200 " + strings.Repeat("x", 1<<20)), via.Broken, "its answer does not end", ""},
		"interims":     {"http://", http(strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 1<<14)), via.Broken, "its answer does not end", ""},
		"no tls":       {"https://", []step{{"\x16", "HTTP/1.1 400 Bad Request\r\n\r\n"}}, via.Broken, "it does not speak TLS", "http://"},
	} {
		t.Run(name, func(t *testing.T) {
			ends := func(c net.Conn) { // in order: a reset may come before what was sent
				c.(*net.TCPConn).CloseWrite()
				hangs(c)
			}
			c := chain(t, test.scheme, listen(t, follows(t, 1<<20, ends, test.steps...)))
			conn, err := c.Connect(limited(t, 10*time.Second), host4)
			if err == nil {
				conn.Close()
			}
			wantError(t, err, test.kind, test.text, test.hint)
		})
	}
}

// Whoever sends nothing, or hardly anything, is given up on.
func TestNotForever(t *testing.T) {
	t.Parallel()
	drips := func(c net.Conn) {
		for range 1000 {
			if _, err := c.Write([]byte("HTTP/1.1 200"[:1])); err != nil {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	for name, test := range map[string]struct {
		scheme string
		serve  func(net.Conn)
	}{
		"socks5 hangs": {"socks5://", hangs},
		"http hangs":   {"http://", hangs},
		"tls hangs":    {"https://", hangs},
		"http drips":   {"http://", drips},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := chain(t, test.scheme, listen(t, test.serve))
			_, err := c.Connect(limited(t, 300*time.Millisecond), host4)
			wantError(t, err, via.Broken, "it did not answer in time about 192.0.2.7:22", "")
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v is not a timeout", err)
			}
			// The race shows which proxy it was.
			d := dial.Dialer{Timeout: 2 * time.Second, Connect: c.Connect}
			_, _, err = d.Race(t.Context(), func(yield func(netip.AddrPort) bool) { yield(host4) })
			var lost *dial.Error
			if !errors.As(err, &lost) || lost.Failures[0].Reason != dial.Timeout || !strings.Contains(err.Error(), c.Proxies[0].String()) {
				t.Errorf("%v", err)
			}
		})
	}
}

// Of several proxies, the one that is silent is named.
func TestSilentOne(t *testing.T) {
	t.Parallel()
	for i, name := range []string{"the nearest", "the last"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			silent := listen(t, hangs)
			c := chain(t, "socks5://", silent, "http://", silent)
			if i == 1 {
				c = chain(t, "socks5://", listen(t, follows(t, 1, hangs, step{hello, "\x05\x00"}, step{"\x05\x01\x00\x01\x7f\x00\x00\x01", ""}, step{"", granted4})), "http://", silent)
			}
			_, err := c.Connect(limited(t, 2*time.Second), host4)
			wantError(t, err, via.Broken, c.Proxies[i].String()+": it did not answer in time", "")
		})
	}
}

func TestReset(t *testing.T) {
	c := chain(t, "http://", listen(t, follows(t, 1, func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) }, step{connect4, "HTTP/1.1 "})))
	_, err := c.Connect(limited(t, 10*time.Second), host4)
	var e *via.Error
	if !errors.As(err, &e) || e.Kind != via.Broken || !strings.Contains(e.Text, "it reset the connection") && !strings.Contains(e.Text, "in the middle") {
		t.Error(err)
	}
}

// A proxy that has refused a password is not asked again, for no address of any host.
func TestWrongPasswordOnce(t *testing.T) {
	p := listen(t, follows(t, 1, nil, step{hello2, "\x05\x02"}, step{"\x01\x03joe\x01x", "\x01\x01"}))
	c := chain(t, "socks5://joe:x@", p)
	for range 3 {
		_, err := c.Connect(limited(t, 10*time.Second), host4)
		wantError(t, err, via.Login, "it does not accept the user and password", "")
	}
	if n := p.connections(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

// Many connections at once try a wrong password once, and are not held up by a right one.
func TestManyLogins(t *testing.T) {
	for name, test := range map[string]struct {
		status byte
		want   int32
	}{"wrong": {1, 1}, "right": {0, 20}} {
		t.Run(name, func(t *testing.T) {
			var logins atomic.Int32
			p := listen(t, func(c net.Conn) {
				var b [10]byte
				if _, err := io.ReadFull(c, b[:4]); err != nil {
					return
				}
				c.Write([]byte("\x05\x02"))
				io.ReadFull(c, b[:7])
				logins.Add(1)
				c.Write([]byte{1, test.status})
				hangs(c) // it connects, for ever
			})
			c := chain(t, "socks5://joe:x@", p)
			var all sync.WaitGroup
			for range 20 {
				all.Go(func() {
					if conn, err := c.Connect(limited(t, time.Second), host4); err == nil {
						conn.Close()
						t.Error("connected")
					}
				})
			}
			all.Wait()
			if n := logins.Load(); n != test.want {
				t.Errorf("%d logins, want %d", n, test.want)
			}
		})
	}
}

func TestUnreached(t *testing.T) {
	gone := listen(t, func(net.Conn) {})
	free := gone.addr
	free = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.9"), free.Port())
	dead := parse(t, "socks5://"+free.String())
	refuses := func(ask string) *peer {
		return listen(t, follows(t, 1, nil, step{hello, "\x05\x00"}, step{ask, "\x05\x04\x00\x01"}))
	}
	for name, test := range map[string]struct {
		proxies []*via.Proxy
		lookup  func(context.Context, string) iter.Seq2[netip.Addr, error]
		text    string
	}{
		"closed port": {proxies: []*via.Proxy{dead}, text: dead.String() + ": cannot connect to it: connection refused"},
		"no address": {proxies: []*via.Proxy{parse(t, "http://proxy.test")}, lookup: lookup("other.test"),
			text: "http://proxy.test:1080: its name has no address: NXDOMAIN"},
		"next one unreachable": {
			proxies: []*via.Proxy{parse(t, "socks5://"+refuses(ask4).addr.String()), parse(t, "http://192.0.2.7:22")},
			text:    ": it cannot reach the proxy http://192.0.2.7:22: it answers: host unreachable"},
		"first one dead": {proxies: []*via.Proxy{dead, parse(t, "http://192.0.2.7:22")}, text: "proxy " + dead.String() + ": cannot connect to it: connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &via.Chain{Proxies: test.proxies, Lookup: test.lookup}
			_, err := c.Connect(limited(t, 10*time.Second), host4)
			wantError(t, err, via.Unreached, test.text, "")
			if via.Of(err) == nil {
				t.Error("it is not the proxy's own fault")
			}
		})
	}
}

func wantError(t *testing.T, err error, kind via.Kind, text, hint string) {
	t.Helper()
	var e *via.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is not an Error", err)
	}
	if e.Kind != kind || !strings.Contains(e.Error(), text) || !strings.Contains(e.Hint, hint) || hint == "" && e.Hint != "" {
		t.Errorf("%s %q (%q), want %s %q (%q)", e.Kind, e, e.Hint, kind, text, hint)
	}
}
