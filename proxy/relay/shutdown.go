package relay

import (
	"fmt"
	"time"
)

// linger is how long In must be silent after a signal before it counts as drained. ssh
// writes its last bytes before it sends a signal, but a signal that a terminal sends
// to the helper and to ssh alike comes a moment before them.
const linger = 50 * time.Millisecond

// shutdown is the state of a session's end. Both paths report events to it and obey
// it, so that neither has rules of its own:
//
//   - upDone and downDone together end the session; the deadline ends it early;
//   - the network's end sets a deadline, which bytes that go up extend;
//   - when ssh goes away, that sets a deadline that nothing extends. What the network
//     sends is then dropped but still read: closing a socket with unread bytes sends
//     a reset, which could destroy ssh's last bytes on their way;
//   - after a signal, In's end is not waited for. It may never come: a client that
//     talks over a socketpair (libssh) leaks its own end of it to the helper;
//   - on a connection that cannot be half-closed, In's end sets a deadline, since the
//     peer is not told and may wait forever. What still comes from the peer is
//     delivered, and extends the deadline.
type shutdown struct {
	grace    time.Duration
	upDone   bool // all of In was sent, or nothing more can be
	downDone bool // all of the network was read
	ended    bool // the network has ended
	gone     bool // ssh has gone
	hurried  bool // a signal said so
	untold   bool // In has ended, and the connection cannot tell the peer
	deadline time.Time
	quietBy  time.Time // when hurried: In counts as drained then, unless something comes
	lost     error     // what broke the connection
	local    error     // what failed on ssh's side
}

func (e *shutdown) finished() bool { return e.upDone && e.downDone }

// networkEnded is for the end of what the network sends.
func (e *shutdown) networkEnded() {
	e.downDone, e.ended = true, true
	e.progress()
}

// sshGone is for every event that shows that ssh has gone. It may come late or twice.
func (e *shutdown) sshGone() {
	if !e.gone {
		e.gone = true
		e.deadline = time.Now().Add(e.grace)
	}
}

// hurry is for a signal that shows that ssh has gone.
func (e *shutdown) hurry() {
	e.sshGone()
	if !e.hurried {
		e.hurried = true
		e.quietBy = time.Now().Add(linger)
	}
}

// drained reports that a signal has come and In has no more bytes. pending says that
// some have not been sent.
func (e *shutdown) drained(pending bool) bool {
	return e.hurried && !e.upDone && !pending && !time.Now().Before(e.quietBy)
}

// next is the time of the next deadline, zero if there is none.
func (e *shutdown) next() time.Time {
	if e.hurried && !e.upDone && e.quietBy.Before(e.deadline) {
		return e.quietBy
	}
	return e.deadline
}

// progress is for bytes that went up: they count once the network has ended.
func (e *shutdown) progress() {
	if e.hurried {
		e.quietBy = time.Now().Add(linger)
	}
	if e.ended && !e.gone {
		e.deadline = time.Now().Add(e.grace)
	}
}

// inputEndUntold is for In's end where the connection has no way to say so.
func (e *shutdown) inputEndUntold() {
	e.untold = true
	e.received()
}

// received is for bytes that came down: they count once In has ended untold.
func (e *shutdown) received() {
	if e.untold && !e.ended && !e.gone {
		e.deadline = time.Now().Add(e.grace)
	}
}

// broken is for an error of the connection, or nil, from either direction. After the
// peer's end, or when ssh has gone and everything has been sent, it only means that
// the peer has closed too.
func (e *shutdown) broken(err error) {
	if err != nil && e.lost == nil && !e.ended && !(e.gone && e.upDone) {
		e.lost = err
	}
}

// failed is for an error on ssh's side other than that ssh has gone; verb completes
// "… ssh".
func (e *shutdown) failed(verb string, err error) {
	if e.local == nil {
		e.local = fmt.Errorf("%s ssh: %w", verb, bare(err))
	}
}

// outcome completes the Stats. pending says that some of ssh's bytes were not sent.
func (e *shutdown) outcome(s Stats, pending bool) (Stats, error) {
	switch {
	case e.lost != nil:
		s.Why = Reset
		return s, fmt.Errorf("connection lost: %w", bare(e.lost))
	case pending && !e.upDone:
		s.Why = GraceOver
	case e.gone, e.untold && !e.ended:
		s.Why = SSHGone
	default:
		s.Why = NetworkEnded
	}
	return s, e.local
}
