package resolve

import "time"

// flightQueue is flights that wait to be sent: first in, first out.
type flightQueue struct {
	flights []*laneFlight
	head    int // those before it are sent
}

func (q *flightQueue) len() int { return len(q.flights) - q.head }

func (q *flightQueue) push(f *laneFlight) {
	if q.head > 1024 && 2*q.head > len(q.flights) {
		n := copy(q.flights, q.flights[q.head:])
		clear(q.flights[n:])
		q.flights, q.head = q.flights[:n], 0
	}
	q.flights = append(q.flights, f)
}

func (q *flightQueue) pop() *laneFlight {
	f := q.flights[q.head]
	q.flights[q.head] = nil
	if q.head++; q.head == len(q.flights) {
		q.flights, q.head = q.flights[:0], 0
	}
	return f
}

// hasRoom reports whether a question may go beside so many others. If the window has no
// room, one may still go now and then, silentRate a second in all: names for which nobody
// answers must not hold up the others. What the server loses is another matter.
func (s *laneServer) hasRoom(beside int) bool {
	return s.inAir+beside < int(s.window) || beside == 0 && s.spares()
}

// spares reports whether a question may go beyond the window.
func (s *laneServer) spares() bool {
	return !s.lane.now.Before(s.spare) && s.inAir < int(s.most) && (s.stage == free || s.hush.on)
}

// bySpare is when something may go that waits for spares; zero: nothing waits.
func (s *laneServer) bySpare() (at time.Time) {
	if s.spare.After(s.lane.now) && (s.inAir >= int(s.window) || s.again.len() > 0) {
		at = s.spare
	}
	return at
}

// upNext is the queue whose turn it is, beside so many in a batch and so many of them that
// are sent again. What is sent again has half the window at most. It returns nil if there is
// no room, and whether the room is spare.
func (s *laneServer) upNext(batched, again int) (q *flightQueue, spare bool) {
	inside := s.inAir+batched < int(s.window)
	repeats := inside && 2*(s.resent+again) < int(s.window)
	spare = batched == 0 && s.spares()
	fresh := s.fresh.len() > 0 && (inside || spare)
	more := s.again.len() > 0 && (repeats || spare)
	switch {
	case more && (!fresh || !s.repeats):
		return &s.again, !repeats
	case fresh:
		return &s.fresh, !inside
	}
	return nil, false
}

// batch takes from the queues what the window and the rate let go; nil: nothing.
func (s *laneServer) batch() []*laneFlight {
	batch, again := s.lane.spares.batch[:0], 0
	for len(batch) < sendBatch {
		s.fresh.skip(s.lane)
		s.again.skip(s.lane)
		q, spare := s.upNext(len(batch), again)
		if q == nil {
			break
		}
		if s.blocked = s.waitsFor(); !s.blocked.IsZero() {
			break
		}
		f := q.pop()
		f.queued = false
		batch = append(batch, f)
		if s.repeats = q == &s.again; s.repeats {
			again++
		}
		if spare {
			s.spare = latest(s.spare, s.lane.now.Add(-meterMoment)).Add(time.Second / silentRate)
		}
	}
	s.lane.spares.batch = batch
	if len(batch) == 0 {
		return nil
	}
	return batch
}

// skip drops flights that have landed meanwhile.
func (q *flightQueue) skip(l *Lane) {
	for q.len() > 0 && q.flights[q.head].call == nil {
		f := q.pop()
		f.queued = false
		l.spares.giveFlight(f)
	}
}

// latest is the later one of two times.
func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// waitsFor books a place for the next datagram, and returns when it comes; zero: now. Others
// who ask the server book too, so a place is kept until it is used.
func (s *laneServer) waitsFor() time.Time {
	if s.place.IsZero() {
		s.place = s.lane.now.Add(max(s.meter.book(s.lane.now), s.own.book(s.lane.now)))
	}
	if s.place.After(s.lane.now) {
		return s.place
	}
	s.place = time.Time{}
	return s.place
}
