package resolve

import "time"

// flightList is all flights of a lane, by the time of their beginning.
type flightList struct{ first, last *laneFlight }

func (l *flightList) push(f *laneFlight) {
	f.next = nil
	if f.prev = l.last; f.prev != nil {
		f.prev.next = f
	} else {
		l.first = f
	}
	l.last = f
}

func (l *flightList) remove(f *laneFlight) {
	if f.prev != nil {
		f.prev.next = f.next
	} else {
		l.first = f.next
	}
	if f.next != nil {
		f.next.prev = f.prev
	} else {
		l.last = f.prev
	}
	f.prev, f.next = nil, nil
}

// shotList is datagrams by the time of sending.
type shotList struct{ first, last *shot }

func (l *shotList) push(x *shot) {
	x.next = nil
	if x.prev = l.last; x.prev != nil {
		x.prev.next = x
	} else {
		l.first = x
	}
	l.last = x
}

func (l *shotList) remove(x *shot) {
	if x.prev != nil {
		x.prev.next = x.next
	} else {
		l.first = x.next
	}
	if x.next != nil {
		x.next.prev = x.prev
	} else {
		l.last = x.prev
	}
	x.prev, x.next = nil, nil
}

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
