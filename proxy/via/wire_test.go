package via_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"rdnsproxy/proxy/via"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// step is what a fake proxy does: it reads what it expects and answers. What comes instead
// is an error of the test.
type step struct {
	expect string
	answer string
}

// peer is a fake proxy on loopback.
type peer struct {
	addr  netip.AddrPort
	mu    sync.Mutex
	conns int
}

func (p *peer) connections() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.conns
}

// listen serves each connection with serve, and closes it then.
func listen(t *testing.T, serve func(net.Conn)) *peer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{addr: l.Addr().(*net.TCPAddr).AddrPort()}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			p.mu.Lock()
			p.conns++
			p.mu.Unlock()
			serving.Go(func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(20 * time.Second)) // ends a test that went wrong
				serve(c)
			})
		}
	})
	t.Cleanup(func() { l.Close(); serving.Wait() })
	return p
}

// follows plays the steps and then serves rest, if it is not nil. Each answer is written
// in pieces of at most chunk bytes.
func follows(t *testing.T, chunk int, rest func(net.Conn), steps ...step) func(net.Conn) {
	return func(c net.Conn) {
		c.(*net.TCPConn).SetNoDelay(true)
		if play(t, c, chunk, steps...) && rest != nil {
			rest(c)
		}
	}
}

func play(t *testing.T, c net.Conn, chunk int, steps ...step) bool {
	for _, s := range steps {
		got := make([]byte, len(s.expect))
		if _, err := io.ReadFull(c, got); err != nil || string(got) != s.expect {
			t.Errorf("the proxy got %q (%v), want %q", got, err, s.expect)
			return false
		}
		for out := []byte(s.answer); len(out) > 0; {
			n := min(chunk, len(out))
			if _, err := c.Write(out[:n]); err != nil {
				return false
			}
			out = out[n:]
		}
	}
	return true
}

// splice connects two sides, for a proxy that connects.
func splice(t *testing.T, c net.Conn, to netip.AddrPort) {
	far, err := net.Dial("tcp", to.String())
	if err != nil {
		t.Error(err)
		return
	}
	defer far.Close()
	go func() {
		io.Copy(far, c)
		far.(*net.TCPConn).CloseWrite()
	}()
	io.Copy(c, far)
}

// echo sends back what comes.
func echo(c net.Conn) { io.Copy(c, c) }

// hangs waits until the client goes.
func hangs(c net.Conn) { io.Copy(io.Discard, c) }

func parse(t *testing.T, word string) *via.Proxy {
	t.Helper()
	p, err := via.Parse(word)
	if err != nil {
		t.Fatalf("%s: %v", word, err)
	}
	return p
}

// chain is a chain of proxies given as scheme://user:password@, each at its peer.
func chain(t *testing.T, pairs ...any) *via.Chain {
	t.Helper()
	c := new(via.Chain)
	for i := 0; i < len(pairs); i += 2 {
		c.Proxies = append(c.Proxies, parse(t, pairs[i].(string)+pairs[i+1].(*peer).addr.String()))
	}
	return c
}

func limited(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// expect reads exactly what is wanted from a connection.
func expect(t *testing.T, c net.Conn, want string) {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(10 * time.Second))
	got := make([]byte, len(want))
	if n, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, []byte(want)) {
		t.Errorf("read %q (%v), want %q", got[:n], err, want)
	}
}
