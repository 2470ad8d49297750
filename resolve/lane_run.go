package resolve

import (
	"time"

	"rdnsproxy/limits"
)

// told is an answer on its way to who wants it.
type told struct {
	to waiter
	a  *Answer
}

// run is the lane's goroutine.
func (l *Lane) run() {
	defer close(l.closed)
	alarm := time.NewTimer(time.Hour)
	defer alarm.Stop()
	for !l.ending {
		l.step()
		if due := l.due(); !due.IsZero() && (l.alarm.IsZero() || due.Before(l.alarm)) {
			l.alarm = due
			alarm.Reset(due.Sub(l.now))
		}
		l.board.post(l)
		submitted := l.submitted
		if len(l.jobs) > 0 || l.active >= l.most {
			submitted = nil
		}
		select {
		case d := <-l.received:
			l.tick()
			l.take(d)
			l.drain()
		case l.jobs = <-submitted:
			l.tick()
		case <-l.mail.wake:
			l.tick()
		case <-alarm.C:
			l.tick()
			l.alarm = time.Time{}
		case <-l.closing:
			l.ending = true
		}
		l.collect()
		l.expire()
	}
	l.end()
}

// drain takes what else has been received.
func (l *Lane) drain() {
	for range receipts {
		select {
		case d := <-l.received:
			l.take(d)
		default:
			return
		}
	}
}

// step tells what is known, and asks what may be asked, until there is no more of either.
func (l *Lane) step() {
	for {
		l.deliver()
		for _, s := range l.servers {
			s.transmit()
		}
		if !l.pump() && len(l.ready) == 0 {
			return
		}
	}
}

// deliver tells answers to who wants them, who may ask more.
func (l *Lane) deliver() {
	for i := 0; i < len(l.ready); i++ {
		t := l.ready[i]
		if l.stats.Answered++; t.a == nil {
			l.stats.Ordinary++
		}
		l.account = t.to.account
		t.to.who.Answered(t.a)
		l.settle(t.to.account)
	}
	clear(l.ready)
	l.ready = l.ready[:0]
}

// tell has an answer told in a moment.
func (l *Lane) tell(to waiter, a *Answer) { l.ready = append(l.ready, told{to, a}) }

// settle counts an answer as told, and a job as finished that wants no more.
func (l *Lane) settle(a *account) {
	if a.open--; a.open == 0 {
		l.active--
		l.spares.giveAccount(a)
	}
}

// pump takes questions from the jobs, in turn, while there is a server that can be asked.
// It returns whether it has found any.
func (l *Lane) pump() (some bool) {
	for {
		s := l.nextServer()
		if s == nil {
			return some
		}
		fresh := len(l.jobs) > 0 && l.active < l.most
		switch a := l.turns.next(fresh); {
		case a != nil:
			l.ask(s, a)
		case fresh:
			l.start()
		default:
			return some
		}
		some = true
	}
}

// start starts the next job.
func (l *Lane) start() {
	job := l.jobs[0]
	l.jobs[0] = nil
	l.jobs = l.jobs[1:]
	a := l.spares.account()
	a.left, a.open = limits.Questions, 1
	l.active++
	l.account = a
	job.Start(l)
	l.settle(a)
}

// due is when something happens by itself, or when it is time to see how long nobody ran;
// zero: never.
func (l *Lane) due() (at time.Time) {
	if l.flights.first == nil {
		return at
	}
	at = l.now.Add(heartbeat)
	sooner := func(t time.Time) {
		if t.Before(at) {
			at = t
		}
	}
	if f, at := l.later.next(); f != nil {
		sooner(at)
	}
	if l.swept.open == 0 { // else its end comes first
		sooner(l.flights.first.began.Add(l.patience))
	}
	for _, s := range l.servers {
		for level := range s.air {
			if x := s.air[level].first; x != nil && l.swept.open == 0 {
				sooner(x.sent.Add(s.timeout(level)))
			}
		}
		if !s.blocked.IsZero() {
			sooner(s.blocked)
		}
		if at := s.bySpare(); !at.IsZero() {
			sooner(at)
		}
	}
	return at
}

// expire acts on what has not been answered in time.
func (l *Lane) expire() {
	for _, s := range l.servers {
		for level := range s.air {
			for x := s.air[level].first; x != nil && l.over(x.sent.Add(s.timeout(level))); x = s.air[level].first {
				s.expired(x)
			}
		}
		s.judge()
	}
	for f, at := l.later.next(); f != nil && !l.now.Before(at); f, at = l.later.next() {
		l.later.head++
		l.servers[f.at].enqueue(f)
	}
	for f := l.flights.first; f != nil && l.over(f.began.Add(l.patience)); f = l.flights.first {
		if f.queued && f.shots == nil { // nobody was asked yet: the rate is low
			f.began = l.now
			l.flights.remove(f)
			l.flights.push(f)
			continue
		}
		l.giveUp(f)
	}
}

// end answers everything nil, and frees the sockets.
func (l *Lane) end() {
	for len(l.jobs) > 0 || l.active > 0 {
		for l.flights.first != nil {
			l.land(l.flights.first, nil)
		}
		for w := range l.abroad {
			l.hear(w, nil)
		}
		for a := l.turns.next(false); a != nil; a = l.turns.next(false) {
			for len(a.waiting) > 0 {
				l.tell(waiter{a.take().who, a}, nil)
			}
		}
		if len(l.jobs) > 0 {
			l.start()
		}
		l.deliver()
	}
	for _, s := range l.servers {
		for len(s.sockets) > 0 {
			s.close(s.sockets[0])
		}
	}
	gone := make(chan struct{})
	go func() {
		l.readers.Wait()
		close(gone)
	}()
	for {
		select {
		case <-l.received: // a reader may wait to hand over its end
		case <-gone:
			l.board.post(l)
			return
		}
	}
}
