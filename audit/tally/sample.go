package tally

import (
	"cmp"
	"math/bits"
	"slices"

	"rdnsproxy/limits"
)

// A sample keeps the limits.AuditSample names with the smallest hashes, with exact counts.
// Unlike the first or the most frequent ones, these are the same in whatever order names and
// samples are added.
//
// Beside its largest run it can have a counter, whose number is the run's n; 0: all names are
// in the run.
type sample struct{ run }

// sample adds a name that n connections had.
func (t *Tally) sample(a *sample, id, n uint32) {
	if id != 0 && !t.countIn(&a.run, id, n) {
		if t.full(a.run) {
			t.widen(a).add(t.names.texts[id].hash)
		}
		t.insert(&a.run, id, n)
	}
}

// countIn counts a name if it is in a run.
func (t *Tally) countIn(r *run, id, n uint32) bool {
	if r.size() == single {
		if r.ref&runMask == id {
			r.n = sum(r.n, n)
			return true
		}
		return false
	}
	entries := t.samples.of(*r, nil)
	for i := range entries {
		if entries[i].id == id {
			entries[i].n = sum(entries[i].n, n)
			return true
		}
	}
	return false
}

// full reports whether a run has as many names as a sample can have.
func (t *Tally) full(r run) bool {
	return r.size() == largest && t.samples.runs8.at(r.ref & runMask)[limits.AuditSample-1].id != 0
}

// insert adds a name that is not in a run. If there is no room, the one with the largest hash
// is left out.
func (t *Tally) insert(r *run, id, n uint32) {
	switch r.size() {
	case 0:
		r.ref, r.n = single<<runShift|id, n
		return
	case single:
		t.samples.grow(r)
	}
	h := t.names.texts[id].hash
	entries := t.samples.of(*r, nil)
	last := len(entries) - 1
	if entries[last].id != 0 {
		if r.size() < largest {
			t.samples.grow(r)
			entries = t.samples.of(*r, nil)
			last++
		} else if h > t.names.texts[entries[last].id].hash {
			return
		}
	} else {
		for last > 0 && entries[last-1].id == 0 {
			last--
		}
	}
	for ; last > 0 && t.names.texts[entries[last-1].id].hash > h; last-- {
		entries[last] = entries[last-1]
	}
	entries[last] = entry{id, n}
}

// widen returns the sample's counter. A sample needs none as long as all names are in its run;
// when it gets one, it starts with these.
func (t *Tally) widen(a *sample) *counter {
	for a.size() < largest {
		if a.ref == 0 {
			a.ref = 3<<runShift | t.samples.runs4.add()
		}
		t.samples.grow(&a.run)
	}
	if a.n == 0 {
		a.n = t.samples.wide.add()
		c := t.samples.wide.at(a.n)
		for _, e := range t.samples.of(a.run, nil) {
			if e.id != 0 {
				c.add(t.names.texts[e.id].hash)
			}
		}
	}
	return t.samples.wide.at(a.n)
}

// counterOf returns the sample's counter; nil: it has none.
func (t *Tally) counterOf(a sample) *counter {
	if a.size() == largest && a.n != 0 {
		return t.samples.wide.at(a.n)
	}
	return nil
}

// mergeSample adds the sample b of o, whose names have been renumbered for t.
func (t *Tally) mergeSample(a *sample, o *Tally, b sample) {
	if c := o.counterOf(b); c != nil {
		t.widen(a).merge(*c)
	}
	var one [1]entry
	for _, e := range o.samples.of(b.run, &one) {
		t.sample(a, e.id, e.n)
	}
}

// shown makes a Sample of a sample.
func (t *Tally) shown(a sample) Sample {
	var s Sample
	var one [1]entry
	for _, e := range t.samples.of(a.run, &one) {
		if e.id != 0 {
			s.Names = append(s.Names, Count{Name: t.names.string(e.id), N: int64(e.n)})
		}
	}
	s.sort()
	s.About = len(s.Names)
	if c := t.counterOf(a); c != nil {
		s.About = max(s.About+1, c.about())
	}
	return s
}

func (s *Sample) sort() {
	slices.SortFunc(s.Names, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Name, b.Name), cmp.Compare(a.At, b.At))
	})
}

// sum adds, and stays at the largest number instead of starting again.
func sum(a, b uint32) uint32 {
	s, carry := bits.Add32(a, b, 0)
	return s | -carry
}
