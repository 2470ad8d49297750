package resolve

import "time"

// sweep is a look at all of a lane's ports for what has arrived there.
type sweep struct {
	until time.Time // what had arrived by then has been taken
	began time.Time // of the one that goes on
	open  int       // ports that have not told yet that they are empty; 0: none goes on
}

// over reports whether the time for an answer is over, and all that came in time has been
// taken: an answer that waits in a socket is not missing. If that is not known the ports are
// swept, and then it is asked again.
func (l *Lane) over(at time.Time) bool {
	if l.now.Before(at) {
		return false
	}
	if l.swept.until.Before(at) && l.swept.open == 0 {
		l.sweep()
	}
	return !l.swept.until.Before(at)
}

func (l *Lane) sweep() {
	l.swept.began = l.now
	for _, s := range l.servers {
		for _, k := range s.sockets {
			k.swept = true
			k.conn.Sweep()
			l.swept.open++
		}
	}
	if l.swept.open == 0 {
		l.swept.until = l.now
	}
}

// empty is a port's part in a sweep: all that has arrived has been taken, or it is closed.
func (k *laneSocket) empty() {
	if !k.swept {
		return
	}
	k.swept = false
	w := &k.server.lane.swept
	if w.open--; w.open == 0 {
		w.until = w.began
	}
}

// heartbeat is how often a program that waits for something looks at the clock. If it comes
// later than that by overslept, nobody ran meanwhile: the program was stopped, the machine
// slept or had no time.
const (
	heartbeat = 250 * time.Millisecond
	overslept = 100 * time.Millisecond
)

// tick looks at the clock. Time in which nobody ran says nothing about a server.
func (l *Lane) tick() {
	before := l.now
	l.now = time.Now()
	if l.alarm.IsZero() {
		return
	}
	if late := l.now.Sub(latest(l.alarm, before)); late > overslept {
		l.forgive(late)
	}
}

// forgive has a time not count for all that is outstanding.
func (l *Lane) forgive(d time.Duration) {
	for f := l.flights.first; f != nil; f = f.next {
		f.began = f.began.Add(d)
		for x := f.shots; x != nil; x = x.older {
			x.sent = x.sent.Add(d)
		}
	}
	for i := l.later.head; i < len(l.later.list); i++ {
		l.later.list[i].at = l.later.list[i].at.Add(d)
	}
	for _, s := range l.servers {
		if n := len(s.epochs); n > 0 {
			s.epochs[n-1].began = s.epochs[n-1].began.Add(d)
		}
	}
}
