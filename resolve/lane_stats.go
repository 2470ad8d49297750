package resolve

import (
	"math/bits"
	"slices"
	"sync"
	"time"
)

// LaneStats is what a lane has done so far, and how its servers are.
type LaneStats struct {
	Servers  []LaneServer
	Answered uint64 // answers told, from the cache too
	Ordinary uint64 // of them, nil: questions for the ordinary way
	Jobs     int    // started and not finished

	// Storms are servers that refused, or failed at, all questions for a while, each once.
	Storms []LaneStorm

	// RoundTrips counts replies by the time that they took: RoundTrips[i] took less than
	// 2^i microseconds, and at least half of that. The last one counts all longer ones.
	RoundTrips [RoundTripBuckets]uint64
}

// RoundTripBuckets is how many ranges of round trips are told apart: to 8.4 s.
const RoundTripBuckets = 24

// LaneStorm is a server of which all answers, for a while, were of no use. It was asked
// more slowly then.
type LaneStorm struct {
	Server Server
	Status Status // Refused or ServFail
}

// LaneServer is one server's part in LaneStats.
type LaneServer struct {
	Server    Server
	Sent      uint64        // datagrams
	Answered  uint64        // of them, with a reply that was taken
	Lost      uint64        // of them, not answered in time; some are answered late
	Refused   uint64        // replies with REFUSED
	ServFail  uint64        // replies with SERVFAIL
	Ports     uint64        // ports that have been opened
	InAir     int           // datagrams that may be answered in time
	Window    int           // InAir's bound
	Rate      float64       // questions a second, at most, besides Resolver.Rate; 0: no bound
	RoundTrip time.Duration // smoothed (RFC 6298)
	Down      bool          // it does not answer, and others are asked
}

// Stats is the lane's state of a moment ago. It may be called at any time, after Close
// too.
func (l *Lane) Stats() LaneStats {
	l.board.mu.Lock()
	defer l.board.mu.Unlock()
	s := l.board.stats
	s.Servers, s.Storms = slices.Clone(s.Servers), slices.Clone(s.Storms)
	return s
}

// board is where the lane's goroutine leaves its state for others.
type board struct {
	mu    sync.Mutex
	stats LaneStats
}

func (b *board) post(l *Lane) {
	b.mu.Lock()
	defer b.mu.Unlock()
	servers := b.stats.Servers[:0]
	for _, s := range l.servers {
		s.stats.InAir, s.stats.Window, s.stats.Rate = s.inAir, int(s.window), s.rate
		s.stats.RoundTrip, s.stats.Down = s.srtt, s.down
		servers = append(servers, s.stats)
	}
	b.stats = l.stats
	b.stats.Servers, b.stats.Jobs = servers, l.active
}

// count counts a round trip.
func (s *LaneStats) count(rtt time.Duration) {
	s.RoundTrips[min(bits.Len64(uint64(max(rtt, 0)/time.Microsecond)), len(s.RoundTrips)-1)]++
}
