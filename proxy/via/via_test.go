package via_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"iter"
	"math/big"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rdnsproxy/proxy/via"
)

const banner = "SSH-2.0-OpenSSH_10.0\r\n"

var (
	host4 = netip.MustParseAddrPort("192.0.2.7:22")
	host6 = netip.MustParseAddrPort("[2001:db8::7]:22")
)

const (
	hello    = "\x05\x01\x00"
	hello2   = "\x05\x02\x00\x02"
	ask4     = "\x05\x01\x00\x01\xc0\x00\x02\x07\x00\x16"
	ask6     = "\x05\x01\x00\x04\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07\x00\x16"
	askName  = "\x05\x01\x00\x03\x08fs1.test\x00\x16"
	granted4 = "\x05\x00\x00\x01\x7f\x00\x00\x01\x04\x00"
	connect4 = "CONNECT 192.0.2.7:22 HTTP/1.1\r\nHost: 192.0.2.7:22\r\n\r\n"
)

// The proxies' answers come in pieces and with the server's banner at their end, and all of
// the banner is the client's.
func TestNoByteTooMany(t *testing.T) {
	for name, test := range map[string]struct {
		scheme string
		to     netip.AddrPort // if not valid, a name
		steps  []step
	}{
		"socks5":  {"socks5://", host4, []step{{hello, "\x05\x00"}, {ask4, granted4 + banner}}},
		"over 6":  {"socks5://", host6, []step{{hello, "\x05\x00"}, {ask6, "\x05\x00\x00\x04" + strings.Repeat("\x01", 18) + banner}}},
		"mapped":  {"socks5://", netip.MustParseAddrPort("[::ffff:192.0.2.7]:22"), []step{{hello, "\x05\x00"}, {ask4, granted4 + banner}}},
		"socks5h": {"socks5h://", netip.AddrPort{}, []step{{hello, "\x05\x00"}, {askName, "\x05\x00\x00\x03\x04gate\x04\x00" + banner}}},
		"login":   {"socks5://joe:s3cret@", host4, []step{{hello2, "\x05\x02"}, {"\x01\x03joe\x06s3cret", "\x01\x00"}, {ask4, granted4 + banner}}},
		// A proxy that wants no password gets none.
		"no login": {"socks5://joe:s3cret@", host4, []step{{hello2, "\x05\x00"}, {ask4, granted4 + banner}}},

		"http":      {"http://", host4, []step{{connect4, "HTTP/1.1 200 Connection established\r\n\r\n" + banner}}},
		"http 1.0":  {"http://", host4, []step{{connect4, "HTTP/1.0 200\nVia: x\n\n" + banner}}},
		"length":    {"http://", host4, []step{{connect4, "HTTP/1.1 204 Go\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n" + banner}}},
		"interim":   {"http://", host4, []step{{connect4, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" + banner}}},
		"http on 6": {"http://", host6, []step{{"CONNECT [2001:db8::7]:22 HTTP/1.1\r\nHost: [2001:db8::7]:22\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n" + banner}}},
		"name":      {"http://", netip.AddrPort{}, []step{{"CONNECT fs1.test:22 HTTP/1.1\r\nHost: fs1.test:22\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n" + banner}}},
		"basic":     {"http://joe:s3%3Acret@", host4, []step{{strings.TrimSuffix(connect4, "\r\n") + "Proxy-Authorization: Basic am9lOnMzOmNyZXQ=\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n" + banner}}},
	} {
		for _, chunk := range []int{1, 3, 1 << 20} {
			t.Run(fmt.Sprintf("%s/%d", name, chunk), func(t *testing.T) {
				p := listen(t, follows(t, chunk, echo, test.steps...))
				c := chain(t, test.scheme, p)
				var conn net.Conn
				var err error
				if test.to.IsValid() {
					conn, err = c.Connect(limited(t, 10*time.Second), test.to)
				} else {
					conn, err = c.ConnectName(limited(t, 10*time.Second), "fs1.test", 22)
				}
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				if _, plain := conn.(*net.TCPConn); !plain {
					t.Errorf("a %T cannot be passed", conn)
				}
				expect(t, conn, banner)
				fmt.Fprint(conn, "hello")
				expect(t, conn, "hello")
			})
		}
	}
}

// Through several proxies, the nearest is asked for the next, and the last for the host.
func TestChain(t *testing.T) {
	last := listen(t, follows(t, 1, echo, step{connect4, "HTTP/1.1 200 OK\r\n\r\n" + banner}))
	ask := "\x05\x01\x00\x01\x7f\x00\x00\x01" + string([]byte{byte(last.addr.Port() >> 8), byte(last.addr.Port())})
	near := listen(t, follows(t, 1, func(c net.Conn) { splice(t, c, last.addr) }, step{hello, "\x05\x00"}, step{ask, granted4}))
	c := chain(t, "socks5://", near, "http://", last)
	conn, err := c.Connect(limited(t, 10*time.Second), host4)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	expect(t, conn, banner)
}

// A proxy that looks names up gets the next proxy's name too; one that does not gets its
// address, and its addresses race as any host's.
func TestNameOfTheNextProxy(t *testing.T) {
	for name, test := range map[string]struct{ scheme, ask string }{
		"by name":    {"socks5h://", "\x05\x01\x00\x03\x09next.test\x04\x38"},
		"by address": {"socks5://", "\x05\x01\x00\x01\xc0\x00\x02\x09\x04\x38"},
	} {
		t.Run(name, func(t *testing.T) {
			near := listen(t, follows(t, 1, nil, step{hello, "\x05\x00"}, step{test.ask, granted4}, step{hello, "\x05\x00"}, step{ask4, granted4 + banner}))
			c := chain(t, test.scheme, near)
			c.Proxies = append(c.Proxies, parse(t, "socks5://next.test"))
			c.Lookup = lookup("next.test", "192.0.2.9")
			conn, err := c.Connect(limited(t, 10*time.Second), host4)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			expect(t, conn, banner)
		})
	}
}

func TestAddressesOfTheProxyRace(t *testing.T) {
	p := listen(t, follows(t, 1, nil, step{hello, "\x05\x00"}, step{ask4, granted4 + banner}))
	c := &via.Chain{Proxies: []*via.Proxy{parse(t, fmt.Sprintf("socks5://proxy.test:%d", p.addr.Port()))}}
	c.Lookup = lookup("proxy.test", "127.0.0.2", "127.0.0.1") // nobody listens at the first
	conn, err := c.Connect(limited(t, 10*time.Second), host4)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	expect(t, conn, banner)
}

func TestTLS(t *testing.T) {
	inTLS := func(cert tls.Certificate) func(net.Conn) {
		return func(c net.Conn) {
			inside := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"h2", "http/1.1"}})
			if inside.Handshake() == nil && play(t, inside, 1, step{connect4, "HTTP/1.1 200 OK\r\n\r\n" + banner}) {
				echo(inside)
			}
			inside.Close()
		}
	}
	cert, roots := certificate(t, "127.0.0.1")
	c := chain(t, "https://", listen(t, inTLS(cert)))
	if !c.Encrypts() {
		t.Error("https does not count as encrypted")
	}
	_, err := c.Connect(limited(t, 10*time.Second), host4)
	wantError(t, err, via.Broken, "its certificate is signed by nobody whom this machine trusts", "SSL_CERT_FILE")
	c.TLS = &tls.Config{RootCAs: roots}
	conn, err := c.Connect(limited(t, 10*time.Second), host4)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	expect(t, conn, banner)

	cert, roots = certificate(t, "192.0.2.1")
	c = chain(t, "https://", listen(t, inTLS(cert)))
	c.TLS = &tls.Config{RootCAs: roots}
	_, err = c.Connect(limited(t, 10*time.Second), host4)
	wantError(t, err, via.Broken, "certificate is valid for 192.0.2.1, not 127.0.0.1", "")
}

// An interface of this machine means nothing elsewhere.
func TestZone(t *testing.T) {
	c := &via.Chain{Proxies: []*via.Proxy{parse(t, "socks5://127.0.0.1")}}
	_, err := c.Connect(t.Context(), netip.MustParseAddrPort("[fe80::1%eth0]:22"))
	wantError(t, err, via.Denied, "%eth0", "")
}

// lookup knows one name.
func lookup(name string, addrs ...string) func(context.Context, string) iter.Seq2[netip.Addr, error] {
	return func(_ context.Context, host string) iter.Seq2[netip.Addr, error] {
		return func(yield func(netip.Addr, error) bool) {
			if host != name {
				yield(netip.Addr{}, errors.New("NXDOMAIN"))
				return
			}
			for _, a := range addrs {
				if !yield(netip.MustParseAddr(a), nil) {
					return
				}
			}
		}
	}
}

// certificate is a server's, for an address, signed by an authority of its own.
func certificate(t *testing.T, addr string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a proxy"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.ParseIP(addr)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}
