//go:build unix

package relay

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// whole is a connection that can only be closed whole: SOCKS libraries and wrappers
// give such ones.
type whole struct{ net.Conn }

// unsupported has the method and cannot do it.
type unsupported struct{ net.Conn }

func (unsupported) CloseWrite() error { return fmt.Errorf("this proxy: %w", errors.ErrUnsupported) }

var wholes = map[string]func(net.Conn) net.Conn{
	"no CloseWrite":          func(c net.Conn) net.Conn { return whole{c} },
	"CloseWrite unsupported": func(c net.Conn) net.Conn { return unsupported{c} },
}

func TestConnectionWithoutHalfClose(t *testing.T) {
	for name, wrap := range wholes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.pipes.Grace = 2 * time.Second
			r.start(func(p Pipes, c net.Conn) (Stats, error) { return p.Run(wrap(c)) })
			send(t, r.write, "up")
			r.write.Close()
			expect(t, r.peer, "up")
			for range 12 { // three seconds, and no silence as long as the grace
				send(t, r.peer, ample)
				expect(t, r.read, ample)
				time.Sleep(250 * time.Millisecond)
			}
			r.peer.Close()
			expectEnd(t, r.read)
			r.end(NetworkEnded)
		})
	}
}

// A peer that cannot be told that In has ended may wait for more forever.
func TestSilenceWithoutHalfClose(t *testing.T) {
	for name, wrap := range wholes {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.pipes.Grace = 100 * time.Millisecond
			r.start(func(p Pipes, c net.Conn) (Stats, error) { return p.Run(wrap(c)) })
			send(t, r.write, "up")
			r.write.Close()
			if o := r.end(SSHGone); o.Up != 2 {
				t.Errorf("%d bytes up, want 2", o.Up)
			}
			expect(t, r.peer, "up")
			expectEnd(t, r.peer)
		})
	}
}

// It is the peer's silence that counts, not that of an ssh that takes its time.
func TestSlowReaderWithoutHalfClose(t *testing.T) {
	r := newRig(t)
	r.pipes.Grace = 100 * time.Millisecond
	r.start(func(p Pipes, c net.Conn) (Stats, error) { return p.Run(whole{c}) })
	sent := strings.Repeat(ample, 4) // more than the pipe holds
	send(t, r.peer, sent)
	time.Sleep(50 * time.Millisecond) // it is full
	r.write.Close()
	time.Sleep(500 * time.Millisecond)
	expect(t, r.read, sent)
	r.peer.Close()
	expectEnd(t, r.read)
	r.end(NetworkEnded)
}

// net.Pipe is synchronous, has no descriptor, and its errors are io's.
func TestPipeConnection(t *testing.T) {
	r := newRig(t)
	near, far := net.Pipe()
	far.SetDeadline(time.Now().Add(hangs))
	r.start(func(p Pipes, _ net.Conn) (Stats, error) {
		defer near.Close()
		return p.Run(near)
	})
	send(t, r.write, ample)
	expect(t, far, ample)
	send(t, far, ample)
	expect(t, r.read, ample)
	send(t, far, "last words")
	far.Close()
	expect(t, r.read, "last words")
	expectEnd(t, r.read)
	r.write.Write([]byte("too late")) // it may find nobody
	r.write.Close()
	if o := r.end(NetworkEnded); o.Down != int64(len(ample)+len("last words")) {
		t.Errorf("%d bytes down", o.Down)
	}
}

// A Unix socket half-closes as TCP does.
func TestUnixConnection(t *testing.T) {
	r := newRig(t)
	near, far := unixConnection(t)
	r.start(func(p Pipes, _ net.Conn) (Stats, error) { return p.Run(near) })
	send(t, r.write, ample)
	r.write.Close()
	expect(t, far, ample)
	expectEnd(t, far)
	send(t, far, ample)
	far.Close()
	expect(t, r.read, ample)
	expectEnd(t, r.read)
	r.end(NetworkEnded)
}

// unixConnection gives both ends of a connection over a Unix socket.
func unixConnection(t *testing.T) (near, far *net.UnixConn) {
	t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(t.TempDir(), "s"), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	near, err = net.DialUnix("unix", nil, l.Addr().(*net.UnixAddr))
	if err != nil {
		t.Fatal(err)
	}
	far, err = l.AcceptUnix()
	if err != nil {
		t.Fatal(err)
	}
	far.SetDeadline(time.Now().Add(hangs))
	t.Cleanup(func() { far.Close(); near.Close() })
	return near, far
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
