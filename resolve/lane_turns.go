package resolve

import "rdnsproxy/limits"

// account is what a lane knows of a job that has been started.
type account struct {
	left    int     // questions that it may still ask
	open    int     // questions that it has asked and not been told about
	atOnce  int     // of these, those that are outstanding
	asked   int     // outstanding at any time
	waiting []asked // for their turn
	first   int     // of waiting: those before it had theirs
	queued  bool    // in turns
	next    *account
}

// asked is a question and who wants the answer.
type asked struct {
	q   Question
	who Asker
}

// waiter is who wants an answer, and for which job.
type waiter struct {
	who     Asker
	account *account
}

// take takes the question whose turn it is.
func (a *account) take() asked {
	x := a.waiting[a.first]
	a.waiting[a.first] = asked{}
	if a.first++; a.first == len(a.waiting) {
		a.waiting, a.first = a.waiting[:0], 0
	}
	a.asked++
	return x
}

// A job with more questions than this is a heavy one: a target with two addresses of one
// name each asks six, and one more where a record is missing.
const lightQuestions = 8

// heavyTurn is how many turns there are for one of a heavy job's, while others have
// something to ask. So a hostile minority gets on, and holds nobody up.
const heavyTurn = 4

// turns are the jobs with a question that may be asked now. Each has one turn after the
// other.
type turns struct {
	light, heavy accountQueue
	turn         int
}

// add gives a job its turn, unless it waits for one or has nothing to ask.
func (t *turns) add(a *account) {
	if a.queued || len(a.waiting) == 0 || a.atOnce >= limits.QuestionsAtOnce {
		return
	}
	a.queued = true
	if a.asked < lightQuestions {
		t.light.push(a)
	} else {
		t.heavy.push(a)
	}
}

// next takes the job whose turn it is. Without one, fresh jobs are to be started if there
// are any.
func (t *turns) next(fresh bool) *account {
	var a *account
	switch {
	case t.heavy.first != nil && (t.turn%heavyTurn == 0 || t.light.first == nil && !fresh):
		a = t.heavy.pop()
	case t.light.first != nil:
		a = t.light.pop()
	default:
		return nil
	}
	t.turn++
	a.queued = false
	return a
}

// accountQueue is first in, first out.
type accountQueue struct{ first, last *account }

func (q *accountQueue) push(a *account) {
	if a.next = nil; q.last != nil {
		q.last.next = a
	} else {
		q.first = a
	}
	q.last = a
}

func (q *accountQueue) pop() *account {
	a := q.first
	if q.first = a.next; q.first == nil {
		q.last = nil
	}
	a.next = nil
	return a
}
