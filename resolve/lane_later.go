package resolve

import "time"

// laterList is flights that are sent again at a time, which is later for each.
type laterList struct {
	list []later
	head int
}

type later struct {
	flight *laneFlight
	call   *call // the flight's, by which it is known to be still the same
	at     time.Time
}

func (l *laterList) push(f *laneFlight, at time.Time) {
	if l.head > len(l.list)/2 {
		l.list = append(l.list[:0], l.list[l.head:]...)
		l.head = 0
	}
	l.list = append(l.list, later{f, f.call, at})
}

// next is the first flight that has not landed, and its time; nil: there is none.
func (l *laterList) next() (f *laneFlight, at time.Time) {
	for ; l.head < len(l.list); l.head++ {
		if x := l.list[l.head]; x.flight.call == x.call {
			return x.flight, x.at
		}
		l.list[l.head] = later{}
	}
	return nil, time.Time{}
}
