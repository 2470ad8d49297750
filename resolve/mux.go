package resolve

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// Mux is an Exchanger over a few connected UDP sockets a server, and TCP where
// an answer does not fit. A zero Mux works. Nothing is opened before the first
// question; a socket closes itself, and its goroutine ends, when no question
// has been outstanding on it at the end of a Timeout. Close does so at once.
type Mux struct {
	Timeout time.Duration // of one exchange; if 0, 5 s
	Sockets int           // at most, a server; if 0, 4. The second opens when the first is half full
	Window  int           // questions outstanding on a socket; if 0, 256: with more, answers are lost even on loopback
	TCP     bool          // ask over TCP alone (resolv.conf's use-vc)

	mu      sync.Mutex
	servers map[netip.AddrPort]*endpoint
	open    map[*socket]struct{} // the retired ones too
	closed  bool
	readers sync.WaitGroup
}

// A socket takes no new questions after so many, or so long: whoever wants to
// forge answers has to find its port anew (RFC 5452, section 9.2).
const (
	socketQuestions = 8192
	socketAge       = 10 * time.Second
)

// endpoint is the sockets of one server.
type endpoint struct {
	mu   sync.Mutex
	live []*socket
	next int
}

// Exchange asks server q once. Datagrams that do not answer the question are
// ignored until the time is up. The errors wrap ErrNoReply, ErrUnreachable,
// ErrUnusable (nothing came but what cannot be used), net.ErrClosed, or are
// ctx's.
func (m *Mux) Exchange(ctx context.Context, server netip.AddrPort, q Question) (Reply, error) {
	r, err := m.once(ctx, server, q, true)
	if err == nil && (r.Rcode == dns.RcodeFormatError || r.Rcode == dns.RcodeNotImplemented) {
		r, err = m.once(ctx, server, q, false) // RFC 6891, section 7: it may not know EDNS
	}
	if err != nil {
		return Reply{}, err
	}
	return *r, nil
}

func (m *Mux) once(ctx context.Context, server netip.AddrPort, q Question, edns bool) (*Reply, error) {
	query, err := packQuery(q, edns)
	if err != nil {
		return nil, err
	}
	if m.TCP {
		return m.stream(ctx, server, query)
	}
	r, err := m.datagram(ctx, server, query)
	if err == errTruncated {
		return m.afterTruncation(ctx, server, query)
	}
	return r, err
}

// datagram asks over UDP.
func (m *Mux) datagram(ctx context.Context, server netip.AddrPort, query []byte) (*Reply, error) {
	f := &flight{query: query, done: make(chan struct{})}
	s, err := m.board(ctx, server, f)
	if err != nil {
		return nil, err
	}
	defer func() { <-s.window }()
	if err := s.send(f); err != nil {
		return nil, err
	}
	select {
	case <-f.done:
	case <-ctx.Done():
		if s.take(f) {
			return nil, f.verdict(ctx.Err())
		}
		<-f.done // it landed in the meantime
	}
	return f.reply, f.err
}

// board finds a place for f on a socket.
func (m *Mux) board(ctx context.Context, to netip.AddrPort, f *flight) (*socket, error) {
	for {
		s, err := m.socket(to)
		if err != nil {
			return nil, err
		}
		select {
		case s.window <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if s.add(f) {
			return s, nil
		}
		<-s.window // it has retired
	}
}

// socket chooses among the server's sockets in turn, and opens one where there
// is none, or where the chosen one is half full and there may be more.
func (m *Mux) socket(to netip.AddrPort) (*socket, error) {
	m.mu.Lock()
	e := m.servers[to]
	if e == nil {
		if m.servers == nil {
			m.servers = make(map[netip.AddrPort]*endpoint)
		}
		e = new(endpoint)
		m.servers[to] = e
	}
	m.mu.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	for len(e.live) > 0 {
		e.next++
		i := e.next % len(e.live)
		s := e.live[i]
		if s.retired.Load() {
			e.live = append(e.live[:i:i], e.live[i+1:]...)
			continue
		}
		if len(s.window) < cap(s.window)/2 || len(e.live) >= m.sockets() {
			return s, nil
		}
		break
	}
	s, err := m.dial(to)
	if err != nil {
		return nil, err
	}
	e.live = append(e.live, s)
	return s, nil
}

// dial makes a socket and starts its reader, unless the Mux is closed.
func (m *Mux) dial(to netip.AddrPort) (*socket, error) {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
	if err != nil {
		return nil, unreachable(err)
	}
	conn.SetReadBuffer(1 << 20) // a full window of large answers; the system may give less
	s := newSocket(conn, m.timeout(), m.window())
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		conn.Close()
		return nil, net.ErrClosed
	}
	if m.open == nil {
		m.open = make(map[*socket]struct{})
	}
	m.open[s] = struct{}{}
	m.readers.Go(func() {
		s.read()
		m.mu.Lock()
		delete(m.open, s)
		m.mu.Unlock()
	})
	return s, nil
}

// Close ends everything that is outstanding with net.ErrClosed and waits for
// the goroutines. Later exchanges fail likewise.
func (m *Mux) Close() error {
	m.mu.Lock()
	m.closed = true
	for s := range m.open {
		s.fail(net.ErrClosed)
	}
	m.mu.Unlock()
	m.readers.Wait()
	return nil
}

func (m *Mux) timeout() time.Duration {
	if m.Timeout <= 0 {
		return defaultTimeout
	}
	return m.Timeout
}

func (m *Mux) sockets() int {
	if m.Sockets <= 0 {
		return 4
	}
	return m.Sockets
}

func (m *Mux) window() int {
	if m.Window <= 0 {
		return 256
	}
	return m.Window
}
