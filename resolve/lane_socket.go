package resolve

import (
	"time"

	"rdnsproxy/resolve/internal/batch"
)

// laneSocket is one of a lane's ports. It takes no new questions after socketQuestions or
// socketAge, so that a forger has to find the port anew (RFC 5452, section 9.2), and closes
// with its last one.
type laneSocket struct {
	conn    *batch.Conn
	server  *laneServer
	pending map[uint16]*shot // nil: it is closed
	asked   int
	born    time.Time
	retired bool
	swept   bool // it has not told yet that it is empty
	ids     randomIDs
}

// receipt is what a reader hands over: datagrams, that there are none (see sweep), or its end.
type receipt struct {
	socket *laneSocket
	batch  batch.Batch
	err    error
}

// receipts is how many of them wait for the lane.
const receipts = 16

// A server is asked from a few ports, more with a large window: what the system keeps for
// one of them until it is read is small.
const (
	lanePorts     = 4
	lanePortsMost = 64
	portQuestions = 256 // outstanding on one port, about
)

// socket is the next port to send from. It returns nil if there is none and none can be
// opened.
func (s *laneServer) socket() *laneSocket {
	fresh := 0
	for i := 0; i < len(s.sockets); i++ {
		k := s.sockets[i]
		if !k.retired && k.asked > 0 && (k.asked >= socketQuestions || s.lane.now.Sub(k.born) > socketAge) {
			k.retired = true
			if len(k.pending) == 0 {
				s.close(k)
				i--
				continue
			}
		}
		if !k.retired {
			fresh++
		}
	}
	if fresh < min(max(lanePorts, int(s.window)/portQuestions), lanePortsMost) {
		if k := s.dial(); k != nil || fresh == 0 {
			return k
		}
	}
	for {
		s.turn++
		if k := s.sockets[s.turn%len(s.sockets)]; !k.retired {
			return k
		}
	}
}

// dial opens a port and starts its reader.
func (s *laneServer) dial() *laneSocket {
	conn, err := batch.Dial(s.address.Addr)
	if err != nil {
		return nil
	}
	k := &laneSocket{conn: conn, server: s, pending: map[uint16]*shot{}, born: s.lane.now}
	s.sockets = append(s.sockets, k)
	s.stats.Ports++
	s.lane.readers.Go(func() { k.read(s.lane) })
	return k
}

// read is the goroutine of a port: it hands over what arrives.
func (k *laneSocket) read(l *Lane) {
	for {
		var d *receipt
		select {
		case d = <-l.spare:
		default:
			d = new(receipt)
		}
		d.socket, d.err = k, k.conn.Receive(&d.batch)
		over := d.err != nil
		l.received <- d
		if over {
			return
		}
	}
}

// take acts on what a reader has handed over.
func (l *Lane) take(d *receipt) {
	k := d.socket
	for i := range d.batch.Len() {
		if k.pending != nil {
			k.got(d.batch.Datagram(i))
		}
	}
	switch {
	case d.err != nil && k.pending != nil:
		k.server.unreachable(k)
	case d.err == nil && d.batch.Len() == 0:
		k.empty()
	}
	d.socket = nil
	select {
	case l.spare <- d:
	default:
	}
}

// shoot makes a flight outstanding on the port, under a random ID.
func (k *laneSocket) shoot(f *laneFlight) *shot {
	s := k.server
	l := s.lane
	x := l.spares.shot()
	level := int(f.tries[s.index])
	known := s.endpoint.edns.Load()
	*x = shot{
		flight: f, server: s, socket: k, id: k.id(), level: level, sent: l.now, flies: true, epoch: s.sending(l.now),
		plain: known == ednsNone || known == ednsUnknown && level > 0 || level == sends-1, older: f.shots,
	}
	k.pending[x.id] = x
	k.asked++
	s.air[level].push(x)
	f.tries[s.index]++
	if x.older != nil {
		s.resent++
	}
	f.at, f.shots = s.index, x
	return x
}

// id is a random one that is free: the window is far below 65,536.
func (k *laneSocket) id() uint16 {
	for {
		if id := k.ids.next(); k.pending[id] == nil {
			return id
		}
	}
}

// forget takes no answer to a datagram any more.
func (k *laneSocket) forget(x *shot) {
	if k.pending == nil {
		return
	}
	delete(k.pending, x.id)
	if k.retired && len(k.pending) == 0 {
		k.server.close(k)
	}
}

// unreachable ends a port that the system reports an error on, such as an ICMP
// "unreachable". What is outstanding there is asked elsewhere or goes the ordinary way,
// which finds out more.
func (s *laneServer) unreachable(k *laneSocket) {
	shots := make([]*shot, 0, len(k.pending))
	for _, x := range k.pending {
		shots = append(shots, x)
	}
	s.close(k)
	if len(s.lane.servers) > 1 {
		s.down, s.interval = true, 0
		s.probe = s.lane.now.Add(time.Second)
	}
	for _, x := range shots {
		f := x.flight
		if x.flies {
			s.land(x)
			s.stats.Lost++
			x.epoch.lost++
			f.unreachable = true
		}
	}
	for _, x := range shots {
		f := x.flight
		if f.call == nil || !f.unreachable { // it has landed with another of its datagrams
			continue
		}
		f.unreachable = false
		if len(s.lane.servers) > 1 {
			s.lane.again(f)
		}
		if f.call != nil && !f.queued && !f.flies() {
			s.lane.land(f, nil)
		}
	}
}

// flies reports whether an answer to a flight may come in time.
func (f *laneFlight) flies() bool {
	for x := f.shots; x != nil; x = x.older {
		if x.flies {
			return true
		}
	}
	return false
}

// close frees the port. Its reader ends.
func (s *laneServer) close(k *laneSocket) {
	if k.pending == nil {
		return
	}
	k.pending = nil
	k.conn.Close()
	k.empty()
	for i, other := range s.sockets {
		if other == k {
			s.sockets = append(s.sockets[:i], s.sockets[i+1:]...)
			break
		}
	}
}
