package resolve

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"rdnsproxy/resolve/internal/batch"
)

// flight is one question that is outstanding on a socket.
type flight struct {
	query []byte
	done  chan struct{} // closed by what removes the flight from its socket, except the asker
	reply *Reply        // valid once done is closed, as is err
	err   error

	// guarded by the socket's mu
	deadline time.Time
	ended    error // why its asker does not wait any longer; nil: it does
	spoiled  bool  // an unusable reply to it came
	links[flight]
}

// verdict is why the wait ended without an answer: ErrUnusable if an unusable reply
// came, else otherwise.
func (f *flight) verdict(otherwise error) error {
	if f.spoiled {
		return ErrUnusable
	}
	return otherwise
}

// socket is a connected UDP socket with many questions outstanding. Its reader
// is its only goroutine. It also sweeps deadlines, woken by the socket's read
// deadline, which is never later than the first flight's. All flights of a socket have
// the same timeout, so the list in order of sending is a queue of deadlines.
type socket struct {
	conn    *net.UDPConn
	timeout time.Duration
	most    int // questions before it retires
	window  chan struct{}
	born    time.Time

	mu      sync.Mutex
	pending map[uint16]*flight
	flights linkedList[flight, *flight] // by the time of sending
	hurried []*flight                   // whose askers do not wait any longer
	woken   time.Time                   // the read deadline
	asked   int
	retired atomic.Bool // takes no more questions; closes with its last flight. Set under mu
	closed  bool
	ids     randomIDs
}

func newSocket(conn *net.UDPConn, timeout time.Duration, window, most int) *socket {
	now := time.Now()
	conn.SetReadDeadline(now.Add(timeout))
	return &socket{
		conn: conn, timeout: timeout, most: most, window: make(chan struct{}, window), born: now,
		pending: make(map[uint16]*flight), woken: now.Add(timeout),
	}
}

// add makes f outstanding under a random ID. It returns false if the socket takes no
// more questions. A socket that has had its share retires.
func (s *socket) add(f *flight) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if s.asked >= s.most || s.asked > 0 && now.Sub(s.born) > socketAge {
		s.retire()
	}
	if s.retired.Load() {
		return false
	}
	id := s.id()
	binary.BigEndian.PutUint16(f.query, id)
	s.pending[id] = f
	s.asked++
	f.deadline = now.Add(s.timeout)
	s.flights.push(f)
	return true
}

// id needs s.mu. The window is far below 65,536, so a free one is soon found.
func (s *socket) id() uint16 {
	for {
		if id := s.ids.next(); s.pending[id] == nil {
			return id
		}
	}
}

// send writes f's datagram. An error is often about an earlier datagram, since the
// next write reports an ICMP "unreachable", so it ends all flights.
func (s *socket) send(f *flight) error {
	_, err := s.conn.Write(f.query)
	if err == nil {
		return nil
	}
	s.fail(err)
	<-f.done
	return f.err
}

// take removes f. It returns false if f has been removed already.
func (s *socket) take(f *flight) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending[binary.BigEndian.Uint16(f.query)] != f {
		return false
	}
	s.drop(f)
	s.closeIfDone()
	return true
}

// hurry ends f with err once all that has arrived has been read.
func (s *socket) hurry(f *flight, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending[binary.BigEndian.Uint16(f.query)] != f {
		return
	}
	f.ended = err
	s.hurried = append(s.hurried, f)
	s.conn.SetReadDeadline(time.Unix(1, 0))
}

// drop needs s.mu.
func (s *socket) drop(f *flight) {
	delete(s.pending, binary.BigEndian.Uint16(f.query))
	s.flights.remove(f)
}

// retire needs s.mu.
func (s *socket) retire() {
	s.retired.Store(true)
	s.closeIfDone()
}

// closeIfDone needs s.mu.
func (s *socket) closeIfDone() {
	if s.retired.Load() && len(s.pending) == 0 && !s.closed {
		s.closed = true
		s.conn.Close()
	}
}

// read is the socket's goroutine.
func (s *socket) read() {
	b := make([]byte, 4096) // more than ednsSize; what is longer is cut and will not decode
	for {
		n, err := s.conn.Read(b)
		switch {
		case err == nil:
			s.got(b[:n])
		case errors.Is(err, os.ErrDeadlineExceeded):
			now := time.Now()
			hurried, err := s.rest(b)
			if err != nil {
				s.fail(err)
				return
			}
			if !s.sweep(now, hurried) {
				return
			}
		default:
			s.fail(err)
			return
		}
	}
}

// got ends the flight that a datagram answers. Any other datagram may be forged: it
// is dropped, and the wait continues.
func (s *socket) got(b []byte) {
	if len(b) < headerSize {
		return
	}
	s.mu.Lock()
	f := s.pending[binary.BigEndian.Uint16(b)]
	s.mu.Unlock()
	if f == nil {
		return
	}
	reply, err := readReply(f.query, b)
	if err != nil && err != errTruncated {
		s.mu.Lock()
		f.spoiled = true
		s.mu.Unlock()
		return
	}
	if s.take(f) {
		f.reply, f.err = reply, err
		close(f.done)
	}
}

// rest reads what has arrived: an answer that waits in the socket is not missing. It returns
// the flights that have waited for no more than that.
func (s *socket) rest(b []byte) (hurried []*flight, err error) {
	for {
		s.mu.Lock()
		hurried, s.hurried = append(hurried, s.hurried...), nil
		s.conn.SetReadDeadline(time.Time{})
		s.mu.Unlock()
		switch n, err := batch.Poll(s.conn, b); {
		case errors.Is(err, os.ErrDeadlineExceeded): // another is in a hurry
		case err != nil:
			return hurried, err
		case n == 0:
			return hurried, nil
		default:
			s.got(b[:n])
		}
	}
}

// sweep ends the flights that are in a hurry or whose deadline has passed, and sets the read
// deadline for the next. Time in which nobody ran says nothing about a server. It returns
// false if there is none and the socket has closed.
func (s *socket) sweep(now time.Time, hurried []*flight) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range hurried {
		if s.pending[binary.BigEndian.Uint16(f.query)] == f {
			s.end(f, f.ended)
		}
	}
	if late := now.Sub(s.woken); late > overslept {
		for f := s.flights.first; f != nil; f = f.next {
			f.deadline = f.deadline.Add(late)
		}
	}
	for f := s.flights.first; f != nil && !f.deadline.After(now); f = s.flights.first {
		s.end(f, ErrNoReply)
	}
	if s.flights.first == nil && !s.woken.After(now) {
		s.retire()
		return false
	}
	if s.flights.first != nil {
		s.woken = s.flights.first.deadline
	}
	if len(s.hurried) == 0 {
		s.conn.SetReadDeadline(s.woken)
	} else {
		s.conn.SetReadDeadline(time.Unix(1, 0))
	}
	return true
}

// end ends a flight that was not answered. It needs s.mu.
func (s *socket) end(f *flight, err error) {
	s.drop(f)
	f.err = f.verdict(err)
	close(f.done)
}

// fail ends the socket and all its flights with err.
func (s *socket) fail(err error) {
	if !errors.Is(err, net.ErrClosed) {
		err = unreachable(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for f := s.flights.first; f != nil; f = s.flights.first {
		s.drop(f)
		f.err = err
		close(f.done)
	}
	s.retire()
}

func unreachable(err error) error { return fmt.Errorf("%w: %w", ErrUnreachable, err) }
