package lab

import (
	"cmp"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync"
)

// TCPServer serves TCP connections on loopback.
type TCPServer struct {
	listener net.Listener
	serve    func(*net.TCPConn)
	serving  sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	open    map[net.Conn]struct{}
	clients []netip.AddrPort
}

// StartTCP listens on host:port, or on a free port of 127.0.0.1 if it is "", and calls
// serve for every connection in a goroutine of its own. The connection is closed when
// serve returns or the server closes.
func StartTCP(addr string, serve func(*net.TCPConn)) (*TCPServer, error) {
	listener, err := net.Listen("tcp", cmp.Or(addr, "127.0.0.1:0"))
	if err != nil {
		return nil, err
	}
	s := &TCPServer{listener: listener, serve: serve, open: make(map[net.Conn]struct{})}
	s.serving.Go(s.accept)
	return s, nil
}

// Addr returns the address that the server listens on.
func (s *TCPServer) Addr() netip.AddrPort { return s.listener.Addr().(*net.TCPAddr).AddrPort() }

// Clients returns the addresses of the clients so far, in order of arrival.
func (s *TCPServer) Clients() []netip.AddrPort {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.clients)
}

// Open returns the number of open connections.
func (s *TCPServer) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open)
}

// Close stops listening, closes every connection and waits until they have ended.
func (s *TCPServer) Close() error {
	s.mu.Lock()
	s.closed = true
	err := s.listener.Close()
	for c := range s.open {
		c.Close()
	}
	s.mu.Unlock()
	s.serving.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (s *TCPServer) accept() {
	for {
		c, err := s.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil && s.enter(c) { // other errors: the client has already gone, too many open files
			s.serving.Go(func() {
				defer s.leave(c)
				s.serve(c.(*net.TCPConn))
			})
		}
	}
}

// enter registers a connection, unless the server has been closed.
func (s *TCPServer) enter(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		c.Close()
		return false
	}
	s.open[c] = struct{}{}
	s.clients = append(s.clients, c.RemoteAddr().(*net.TCPAddr).AddrPort())
	return true
}

func (s *TCPServer) leave(c net.Conn) {
	c.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
}

// Echo sends everything back, then closes its side.
func Echo(c *net.TCPConn) {
	io.Copy(c, c)
	c.CloseWrite()
}

// Discard reads everything and sends nothing.
func Discard(c *net.TCPConn) { io.Copy(io.Discard, c) }

// ResetAfter reads n bytes and resets the connection when it receives more. With n = 0
// it still waits for data: an earlier reset could make the client's connect fail.
func ResetAfter(n int64) func(*net.TCPConn) {
	return func(c *net.TCPConn) {
		io.CopyN(io.Discard, c, n)
		c.Read(make([]byte, 1))
		c.SetLinger(0)
	}
}

// StallAfter reads n bytes, then none until resume is closed, and discards the rest.
// Close resume before the server.
func StallAfter(n int64, resume <-chan struct{}) func(*net.TCPConn) {
	return func(c *net.TCPConn) {
		io.CopyN(io.Discard, c, n)
		<-resume
		io.Copy(io.Discard, c)
	}
}
