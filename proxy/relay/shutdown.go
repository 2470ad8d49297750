package relay

import (
	"fmt"
	"time"
)

// linger is how long In has to be silent after a signal for what it holds to count
// as sent. ssh has written its last words before it sends one; but one that a
// terminal has sent to the helper and to ssh alike comes a moment before them.
const linger = 50 * time.Millisecond

// shutdown is the state of a session's ending. Both paths feed it with events and
// obey it, so that neither has rules of its own:
//
//   - upDone and downDone together end the session, the deadline ends it early;
//   - the network's end sets a deadline that progress upwards moves on;
//   - ssh's leaving sets one that nothing moves. The way down then drops what
//     it reads, but it goes on reading: a socket closed over unread bytes sends
//     a reset, and that would take ssh's last words with it;
//   - where a signal tells of it, In's end is not waited for. It may never come: a
//     client that talks over a socketpair (libssh) leaves its own end of it to the
//     helper;
//   - In's end sets a deadline where the connection cannot be half-closed: the peer
//     is not told, and may wait for more forever. What still comes from it is
//     delivered, and moves the deadline on.
type shutdown struct {
	grace    time.Duration
	upDone   bool // all of In was sent, or nothing can be sent any more
	downDone bool // all of the network was read
	ended    bool // the network's side has ended
	gone     bool // ssh has gone
	hurried  bool // a signal has said so
	untold   bool // In has ended, and the connection cannot tell the peer
	deadline time.Time
	quietBy  time.Time // when hurried: In counts as empty then, unless something comes
	lost     error     // what broke the connection
	local    error     // what broke on ssh's side
}

func (e *shutdown) finished() bool { return e.upDone && e.downDone }

// networkEnded is for the end of what the network sends.
func (e *shutdown) networkEnded() {
	e.downDone, e.ended = true, true
	e.progress()
}

// sshGone is for everything that says that ssh has gone. It may come late or twice.
func (e *shutdown) sshGone() {
	if !e.gone {
		e.gone = true
		e.deadline = time.Now().Add(e.grace)
	}
}

// hurry is for a signal that says that ssh has gone.
func (e *shutdown) hurry() {
	e.sshGone()
	if !e.hurried {
		e.hurried = true
		e.quietBy = time.Now().Add(linger)
	}
}

// drained reports that a signal has come and In has nothing more; pending says that
// bytes of it are still unsent.
func (e *shutdown) drained(pending bool) bool {
	return e.hurried && !e.upDone && !pending && !time.Now().Before(e.quietBy)
}

// next is when something has to be done though nothing happens; zero: never.
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

// broken is for an error of the connection, or nil, from whichever way met it. After
// the peer's end, or once everything has been sent for an ssh that is gone, it
// only says that the peer has closed too.
func (e *shutdown) broken(err error) {
	if err != nil && e.lost == nil && !e.ended && !(e.gone && e.upDone) {
		e.lost = err
	}
}

// failed is for an error on ssh's side that is more than ssh's leaving; verb
// completes "… ssh".
func (e *shutdown) failed(verb string, err error) {
	if e.local == nil {
		e.local = fmt.Errorf("%s ssh: %w", verb, bare(err))
	}
}

// outcome sums up; pending says that bytes of ssh's were left unsent.
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
