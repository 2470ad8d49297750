//go:build unix

package relay

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"testing"
)

// A connection that can only be closed whole: SOCKS libraries and wrappers give
// such ones.
func TestConnectionWithoutHalfClose(t *testing.T) {
	r := newRig(t)
	r.start(func(p Pipes, c net.Conn) (Stats, error) {
		return p.Run(struct{ net.Conn }{c})
	})
	send(t, r.write, "up")
	r.write.Close()
	expect(t, r.peer, "up")
	send(t, r.peer, ample)
	expect(t, r.read, ample)
	r.peer.Close()
	expectEnd(t, r.read)
	r.end(NetworkEnded)
}

func TestTLS(t *testing.T) {
	r := newRig(t)
	server := tls.Server(r.peer, &tls.Config{Certificates: []tls.Certificate{certificate(t)}})
	r.start(func(p Pipes, c net.Conn) (Stats, error) {
		client := tls.Client(c, &tls.Config{InsecureSkipVerify: true})
		defer client.Close()
		return p.Run(client)
	})
	send(t, r.write, ample)
	r.write.Close()
	expect(t, server, ample)
	expectEnd(t, server) // a half-close: close_notify, and the other half goes on
	send(t, server, ample)
	server.Close()
	expect(t, r.read, ample)
	expectEnd(t, r.read)
	r.end(NetworkEnded)
}

// certificate is one that nobody signed but itself.
func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
