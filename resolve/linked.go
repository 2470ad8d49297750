package resolve

// linkedList is a list of elements that hold their links themselves, so that one is
// removed without being looked for. An element is in one list at a time.
type linkedList[E any, P linked[E]] struct{ first, last P }

// linked is what can be in a linkedList: a pointer to a struct that embeds links of its own
// type.
type linked[E any] interface {
	*E
	around() *links[E]
}

// links are the neighbours of an element; nil: there is none.
type links[E any] struct{ prev, next *E }

func (l *links[E]) around() *links[E] { return l }

// push adds x at the end.
func (l *linkedList[E, P]) push(x P) {
	at := x.around()
	*at = links[E]{prev: l.last}
	if l.last != nil {
		l.last.around().next = x
	} else {
		l.first = x
	}
	l.last = x
}

// remove takes x, which is in the list, out of it.
func (l *linkedList[E, P]) remove(x P) {
	at := x.around()
	if at.prev != nil {
		P(at.prev).around().next = at.next
	} else {
		l.first = at.next
	}
	if at.next != nil {
		P(at.next).around().prev = at.prev
	} else {
		l.last = at.prev
	}
	*at = links[E]{}
}
