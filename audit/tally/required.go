package tally

import (
	"bytes"

	"rdnsproxy/limits"
)

// A from= list and the place of its key are counted together, as one text: FILE:LINE, a NUL,
// and the list. sshd's strings end at a NUL, so that its messages have none.
const betweenPlace = 0

// required returns the number of a list and a place, of which each has at most limits.LogName
// bytes. A longer place is left out: cut, it would be another one.
func (n *names) required(at, list []byte) uint32 {
	if len(list) == 0 {
		return 0
	}
	if len(at) > limits.LogName || bytes.IndexByte(at, betweenPlace) >= 0 {
		at = nil
	}
	var b [2*limits.LogName + 1]byte
	return n.whole(append(append(append(b[:0], at...), betweenPlace), cut(list)...))
}

// placed takes a text of required apart.
func placed(b []byte) (at, list []byte) {
	at, list, ok := bytes.Cut(b, []byte{betweenPlace})
	if !ok {
		return nil, at
	}
	return at, list
}

// shownRequired makes a Sample of a sample of from= lists.
func (t *Tally) shownRequired(a sample) Sample {
	s := t.shown(a)
	for i := range s.Names {
		at, list := placed([]byte(s.Names[i].Name))
		s.Names[i].Name, s.Names[i].At = string(list), string(at)
	}
	s.sort()
	return s
}
