package resolve

import (
	"encoding/binary"
	"math"

	"github.com/miekg/dns"

	"rdnsproxy/resolve/internal/batch"
)

// got ends the flight that a datagram answers. Any other datagram may be forged: it is
// dropped, and the wait goes on.
func (k *laneSocket) got(b []byte) {
	if len(b) < headerSize {
		return
	}
	x := k.pending[binary.BigEndian.Uint16(b)]
	if x == nil {
		return
	}
	f, s := x.flight, k.server
	a, valid := s.read(x, b)
	if !valid {
		f.spoiled = true
		return
	}
	s.answered(x)
	if a == nil {
		s.lane.handOver(f)
	} else {
		s.lane.land(f, a)
	}
	s.judge()
}

// read makes an answer of a reply. It is nil if the reply says something that is not read
// here. It returns false if the reply does not answer the question that was asked.
func (s *laneServer) read(x *shot, b []byte) (a *Answer, valid bool) {
	query := x.query()
	switch {
	case bareHeader(query, b):
		return nil, true
	case !answers(query, b):
		return nil, false
	case b[2]&2 != 0, len(b) == batch.Size: // TC, or cut by us
		return nil, true
	}
	d := &s.lane.decoder
	d.asked = x.flight.q.Name
	r, err := d.decode(b)
	if err != nil {
		return nil, false
	}
	s.learn(x, r)
	s.count(x, r.Rcode)
	q := x.flight.q
	if !r.final() || r.Lame || r.aside(q) {
		return nil, true
	}
	t := trail{end: q.Name, ttl: math.MaxUint32, ad: true}
	a, more := t.read(q, r)
	if more || a.Status != OK && !a.Status.Absent() {
		return nil, true
	}
	a.Source = s.source
	a.ClaimedAD = a.Authentic
	a.Authentic = a.Authentic && s.lane.r.stub.cfg.TrustAD
	return a, true
}

// learn remembers what a reply tells of the server's EDNS, as Mux.Exchange does.
func (s *laneServer) learn(x *shot, r *Reply) {
	if s.endpoint.edns.Load() != ednsUnknown {
		return
	}
	switch {
	case x.plain && r.final():
		s.endpoint.edns.CompareAndSwap(ednsUnknown, ednsNone)
	case !x.plain && (r.final() || r.opt):
		s.endpoint.edns.CompareAndSwap(ednsUnknown, ednsSpoken)
	}
}

// count counts the rcodes that are about the server rather than the name.
func (s *laneServer) count(x *shot, rcode int) {
	switch rcode {
	case dns.RcodeRefused:
		s.stats.Refused++
		x.epoch.refused++
	case dns.RcodeServerFailure:
		s.stats.ServFail++
		x.epoch.failed++
	}
}
