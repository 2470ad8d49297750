package resolve

import (
	"slices"
	"time"
)

// laneServer is a server as a lane sees it.
type laneServer struct {
	lane     *Lane
	index    int
	source   Source
	endpoint *endpoint // what is known of its EDNS, shared with the ordinary way
	meter    *meter    // shared too
	address  Server

	sockets []*laneSocket
	turn    int
	fresh   flightQueue // to be sent for the first time
	again   flightQueue // and once more: nobody else waits for these
	repeats bool        // again had its turn
	blocked time.Time   // when the rate lets the next one go; zero: the rate is not in the way
	place   time.Time   // the same, and that place is booked; zero: none is
	buffers [][]byte
	air     [sends]linkedList[shot, *shot] // what flies, by level

	own   meter     // the pace's rate: others who ask the server are not slowed down by it
	spare time.Time // when a question may go that the window has no room for

	pace
	resent   int       // of inAir, those whose question was sent before
	silent   int       // datagrams in a row that were not answered in time
	down     bool      // others are asked instead, if there are any
	probe    time.Time // when it is tried again
	interval time.Duration
	stats    LaneServer
}

// sendBatch is how many datagrams go out together, from one socket.
const sendBatch = 256

func newLaneServer(l *Lane, i int, s Server, window int) *laneServer {
	stub := &l.r.stub
	return &laneServer{
		lane: l, index: i, address: s, source: stub.sources[i], endpoint: l.r.own.endpoint(s), meter: stub.meters[i],
		pace: newPace(window), stats: LaneServer{Server: s},
	}
}

// nextServer is the server for the next new question, as the configuration orders them but
// those first that answer. It returns nil if that one must not be asked any more now.
func (l *Lane) nextServer() *laneServer {
	n := len(l.servers)
	first := 0
	if l.r.stub.cfg.Rotate {
		first = int(l.r.stub.start.Load() % uint32(n))
	}
	s := l.servers[first]
	for i := range n {
		if other := l.servers[(first+i)%n]; !other.down || other.due(l.now) {
			s = other
			break
		}
	}
	if !s.blocked.IsZero() || s.fresh.len() >= min(s.meter.moment(), s.own.moment()) || !s.hasRoom(s.fresh.len()) {
		return nil
	}
	return s
}

// due reports whether a server that is down should be tried again.
func (s *laneServer) due(now time.Time) bool { return !now.Before(s.probe) }

// enqueue has a flight sent when there is room.
func (s *laneServer) enqueue(f *laneFlight) {
	if len(f.tries) > 0 && f.shots == nil && s.lane.r.stub.cfg.Rotate {
		s.lane.r.stub.start.Add(1)
	}
	if s.down {
		s.interval = min(max(2*s.interval, time.Second), 30*time.Second)
		s.probe = s.lane.now.Add(s.interval)
	}
	if f.queued = true; f.shots == nil {
		s.fresh.push(f)
	} else {
		s.again.push(f)
	}
}

// transmit sends what may be sent now.
func (s *laneServer) transmit() {
	s.blocked = time.Time{}
	for s.fresh.len()+s.again.len() > 0 {
		batch := s.batch()
		if batch == nil {
			break
		}
		socket := s.socket()
		if socket == nil {
			for _, f := range batch {
				s.lane.land(f, nil)
			}
			continue
		}
		s.buffers = s.buffers[:0]
		for _, f := range batch {
			s.buffers = append(s.buffers, socket.shoot(f).query())
		}
		s.stats.Sent += uint64(len(batch))
		s.meter.sent.Add(int64(len(batch)))
		if err := socket.conn.Send(s.buffers); err != nil {
			s.unreachable(socket)
		}
	}
}

// expired acts on a datagram that was not answered in time.
func (s *laneServer) expired(x *shot) {
	s.land(x)
	s.stats.Lost++
	s.meter.lost.Add(1)
	x.doubt()
	if s.silent++; s.silent >= silentAll && !s.down && len(s.lane.servers) > 1 {
		s.down, s.interval = true, 0
		s.probe = s.lane.now.Add(time.Second)
	}
	s.lane.again(x.flight)
}

// silentAll is how many datagrams in a row, of different flights mostly, a server leaves
// unanswered before it counts as down.
const silentAll = 16

// answered counts an answer to a datagram, in time or late.
func (s *laneServer) answered(x *shot) {
	rtt := s.lane.now.Sub(x.sent)
	s.silent, s.down = 0, false
	s.stats.Answered++
	s.lane.stats.count(rtt)
	s.measure(rtt)
	s.missed(x.older != nil && x.older.server == s)
	if x.flies {
		s.land(x)
	}
	s.arrived(x)
	s.own.slow(s.rate)
}

// judge changes the pace by what is known of the last epochs.
func (s *laneServer) judge() {
	for e := s.known(); e != nil; e = s.known() {
		if s.storms(e) {
			s.calmDown(e)
		} else {
			if e.good > 0 {
				s.clear()
			}
			s.adapt(e)
		}
		s.own.slow(s.rate)
	}
}

// storms reports whether a server refuses, or fails at, all of an epoch's questions. The
// first storm of each kind is told in the statistics.
func (s *laneServer) storms(e *epoch) bool {
	status, n := Refused, e.refused
	if e.failed > e.refused {
		status, n = ServFail, e.failed
	}
	if e.good < firstWindow/2 || float64(n) < stormShare*float64(e.good) {
		return false
	}
	storm := LaneStorm{s.address, status}
	if !slices.Contains(s.lane.stats.Storms, storm) {
		s.lane.stats.Storms = append(s.lane.stats.Storms, storm)
	}
	return true
}

// land takes a datagram out of the air.
func (s *laneServer) land(x *shot) {
	x.flies = false
	s.inAir--
	if x.older != nil {
		s.resent--
	}
	s.air[x.level].remove(x)
}

// forget ends the wait for an answer to a datagram.
func (s *laneServer) forget(x *shot) {
	if x.flies {
		s.land(x)
		x.epoch.sent--
	}
	x.decide(unheard)
	x.socket.forget(x)
}

// timeout is how long an answer may take before the question is sent again, by how often
// it has been sent to the server before.
func (s *laneServer) timeout(level int) time.Duration { return s.rto() << level }
