package resolve

import "sync"

// laneWait is a lane's wait for a call that somebody else makes.
type laneWait struct {
	lane   *Lane
	waiter waiter
	answer *Answer
}

// laneMail is where others leave what a lane waits for.
type laneMail struct {
	wake chan struct{} // holds one if there is something

	mu   sync.Mutex
	list []*laneWait
}

// post leaves the outcome of a call; nil: whoever made it gave up.
func (m *laneMail) post(w *laneWait, a *Answer) {
	w.answer = a
	m.mu.Lock()
	m.list = append(m.list, w)
	m.mu.Unlock()
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// collect takes what others have left.
func (l *Lane) collect() {
	l.mail.mu.Lock()
	list := l.mail.list
	l.mail.list = nil
	l.mail.mu.Unlock()
	for _, w := range list {
		if _, waits := l.abroad[w]; waits {
			l.hear(w, w.answer)
		}
	}
}

// hear ends a wait.
func (l *Lane) hear(w *laneWait, a *Answer) {
	delete(l.abroad, w)
	w.waiter.account.atOnce--
	l.tell(w.waiter, a)
	l.turns.add(w.waiter.account)
}

// laneSpares is memory to be used again.
type laneSpares struct {
	flights  *laneFlight
	shots    *shot
	accounts *account
	batch    []*laneFlight
}

func (s *laneSpares) flight() *laneFlight {
	f := s.flights
	if f == nil {
		return new(laneFlight)
	}
	s.flights = f.next
	*f = laneFlight{query: f.query[:0], tries: f.tries[:0], waiters: f.waiters[:0]}
	return f
}

func (s *laneSpares) giveFlight(f *laneFlight) { f.next, s.flights = s.flights, f }

func (s *laneSpares) shot() *shot {
	x := s.shots
	if x == nil {
		return new(shot)
	}
	s.shots = x.next
	return x
}

func (s *laneSpares) giveShot(x *shot) {
	*x = shot{next: s.shots}
	s.shots = x
}

func (s *laneSpares) account() *account {
	a := s.accounts
	if a == nil {
		return new(account)
	}
	s.accounts = a.next
	*a = account{waiting: a.waiting[:0]}
	return a
}

func (s *laneSpares) giveAccount(a *account) { a.next, s.accounts = s.accounts, a }
