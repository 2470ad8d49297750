package resolve

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Mux is an Exchanger over a few connected UDP sockets per server, and TCP for an
// answer that does not fit. The zero Mux is ready to use. Nothing is opened before
// the first question. A socket without an outstanding question at the end of a
// Timeout closes and its goroutine ends; Close does so at once.
type Mux struct {
	Timeout time.Duration // of one exchange; if 0, 5 s
	Sockets int           // per server, at most; if 0, 4. The second opens when the first is half full
	Window  int           // outstanding questions per socket; if 0, 256: with more, answers are lost even on loopback
	TCP     bool          // ask over TCP alone (resolv.conf's use-vc)
	Fresh   bool          // each question from a socket of its own (resolv.conf's single-request-reopen)

	meters *meters // of what is asked once more, over TCP; nil: nobody counts

	mu      sync.Mutex
	servers map[Server]*endpoint
	open    map[*socket]struct{} // the retired ones too
	closed  bool
	readers sync.WaitGroup
}

// A socket takes no new questions after this number or time, so that a forger has to
// find the port anew (RFC 5452, section 9.2).
const (
	socketQuestions = 8192
	socketAge       = 10 * time.Second
)

// endpoint is one server: its sockets, and whether it supports EDNS.
type endpoint struct {
	edns atomic.Uint32
	mu   sync.Mutex
	live []*socket
	next int
}

// slot is an outstanding question and its place in a socket's window.
type slot struct {
	*flight
	socket *socket
}

// launch sends a packed query. Without an error, the caller calls leave at the end.
func (m *Mux) launch(ctx context.Context, to Server, query []byte) (slot, error) {
	f := &flight{query: query, done: make(chan struct{})}
	s, err := m.acquire(ctx, to, f)
	if err != nil {
		return slot{}, err
	}
	if err := s.send(f); err != nil {
		<-s.window
		return slot{}, err
	}
	countSend(ctx)
	return slot{f, s}, nil
}

// leave withdraws the question if it is still outstanding, and frees its place.
func (s slot) leave() {
	s.socket.take(s.flight)
	<-s.socket.window
}

// giveUp withdraws the question because of err, unless its outcome has come in the
// meantime. If the time is up, that is so too for an answer that waits in the socket.
func (s slot) giveUp(err error) error {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		s.socket.hurry(s.flight, err)
	case s.socket.take(s.flight):
		return s.verdict(err)
	}
	<-s.done
	return s.err
}

// acquire finds a place for f on a socket.
func (m *Mux) acquire(ctx context.Context, to Server, f *flight) (*socket, error) {
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

func (m *Mux) endpoint(of Server) *endpoint {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.servers[of]
	if e == nil {
		if m.servers == nil {
			m.servers = make(map[Server]*endpoint)
		}
		e = new(endpoint)
		m.servers[of] = e
	}
	return e
}

// socket takes the server's sockets in turn. It opens one if there is none, or if the
// next one is half full and another is allowed.
func (m *Mux) socket(to Server) (*socket, error) {
	e := m.endpoint(to)
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
		if 2*len(s.window) < cap(s.window) || len(e.live) >= m.sockets() {
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
func (m *Mux) dial(to Server) (*socket, error) {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to.Addr))
	if err != nil {
		return nil, unreachable(err)
	}
	conn.SetReadBuffer(1 << 20) // a full window of large answers; the system may give less
	s := newSocket(conn, m.timeout(), m.window(), m.questions())
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

// Close ends all outstanding exchanges with net.ErrClosed and waits for the
// goroutines. Later exchanges fail likewise.
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

func (m *Mux) questions() int {
	if m.Fresh {
		return 1
	}
	return socketQuestions
}

func (m *Mux) window() int {
	if m.Window <= 0 {
		return 256
	}
	return m.Window
}
