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
