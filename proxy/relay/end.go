package relay

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// End says why a session ended.
type End string

// The ends of a session.
const (
	// NetworkEnded: the peer closed its side, all it sent was delivered, and so
	// was what ssh still had to say.
	NetworkEnded End = "closed by the server"
	// SSHGone: ssh left first, and what it wrote has been sent.
	SSHGone End = "closed by ssh"
	// Reset: the connection broke. All that had arrived was delivered.
	Reset End = "reset"
	// GraceOver: something that ssh wrote could not be sent within the grace.
	GraceOver End = "grace over"
	// Failed: this machine would not do what it takes. The error says what.
	Failed End = "failed"
)

// linger is how long In has to be silent after a signal for what it holds to count
// as sent. ssh has written its last words before it sends one; but one that a
// terminal has sent to the helper and to ssh alike comes a moment before them.
const linger = 50 * time.Millisecond

// course is the state of a session's ending. Both paths feed it with events and
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
type course struct {
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

func (e *course) finished() bool { return e.upDone && e.downDone }

// networkEnded is for the end of what the network sends.
func (e *course) networkEnded() {
	e.downDone, e.ended = true, true
	e.progress()
}

// sshGone is for everything that says that ssh has gone. It may come late or twice.
func (e *course) sshGone() {
	if !e.gone {
		e.gone = true
		e.deadline = time.Now().Add(e.grace)
	}
}

// hurry is for a signal that says that ssh has gone.
func (e *course) hurry() {
	e.sshGone()
	if !e.hurried {
		e.hurried = true
		e.quietBy = time.Now().Add(linger)
	}
}

// drained reports that a signal has come and In has nothing more; pending says that
// bytes of it are still unsent.
func (e *course) drained(pending bool) bool {
	return e.hurried && !e.upDone && !pending && !time.Now().Before(e.quietBy)
}

// next is when something has to be done though nothing happens; zero: never.
func (e *course) next() time.Time {
	if e.hurried && !e.upDone && e.quietBy.Before(e.deadline) {
		return e.quietBy
	}
	return e.deadline
}

// progress is for bytes that went up: they count once the network has ended.
func (e *course) progress() {
	if e.hurried {
		e.quietBy = time.Now().Add(linger)
	}
	if e.ended && !e.gone {
		e.deadline = time.Now().Add(e.grace)
	}
}

// inputEndUntold is for In's end where the connection has no way to say so.
func (e *course) inputEndUntold() {
	e.untold = true
	e.received()
}

// received is for bytes that came down: they count once In has ended untold.
func (e *course) received() {
	if e.untold && !e.ended && !e.gone {
		e.deadline = time.Now().Add(e.grace)
	}
}

// broken is for an error of the connection, or nil, from whichever way met it. After
// the peer's end, or once everything has been sent for an ssh that is gone, it
// only says that the peer has closed too.
func (e *course) broken(err error) {
	if err != nil && e.lost == nil && !e.ended && !(e.gone && e.upDone) {
		e.lost = err
	}
}

// failed is for an error on ssh's side that is more than ssh's leaving; verb
// completes "… ssh".
func (e *course) failed(verb string, err error) {
	if e.local == nil {
		e.local = fmt.Errorf("%s ssh: %w", verb, bare(err))
	}
}

// outcome sums up; pending says that bytes of ssh's were left unsent.
func (e *course) outcome(s Stats, pending bool) (Stats, error) {
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

// bare strips the addresses and names that net and os put around an error: the
// caller knows both better.
func bare(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err
	}
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		err = pe.Err
	}
	if se, ok := errors.AsType[*os.SyscallError](err); ok {
		err = se.Err
	}
	return err
}
