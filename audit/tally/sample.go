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
type sample struct {
	// run is where the names are: the top 3 bits have the size of the run, 1 + its binary
	// logarithm, and the others its number among those of its size. 0: there are none.
	run  uint32
	wide uint32 // number of its counter; 0: all names are in the run
}

type entry struct{ id, n uint32 }

// samples has the entries of all samples, in runs of 1, 2, 4 and 8: most samples have one.
type samples struct {
	runs1 slab[[1]entry]
	runs2 slab[[2]entry]
	runs4 slab[[4]entry]
	runs8 slab[[8]entry]
	wide  slab[counter]
}

const runShift = 29

// A sample of more would need a larger run.
var _ [8]struct{} = [limits.AuditSample]struct{}{}
var _ [8]struct{} = [limits.AuditClientHosts]struct{}{}

// of returns the places of a sample's run, by rising hash; those at its end may be free.
func (s *samples) of(run uint32) []entry {
	i := run & (1<<runShift - 1)
	switch run >> runShift {
	case 1:
		return s.runs1.at(i)[:]
	case 2:
		return s.runs2.at(i)[:]
	case 3:
		return s.runs4.at(i)[:]
	case 4:
		return s.runs8.at(i)[:]
	}
	return nil
}

// grown returns a run of twice the size, with what is in the old one.
func (s *samples) grown(run uint32) uint32 {
	old, i := s.of(run), run&(1<<runShift-1)
	var number uint32
	switch run >> runShift {
	case 0:
		number = s.runs1.add()
	case 1:
		number = s.runs2.add()
		defer s.runs1.drop(i)
	case 2:
		number = s.runs4.add()
		defer s.runs2.drop(i)
	case 3:
		number = s.runs8.add()
		defer s.runs4.drop(i)
	}
	next := (run>>runShift+1)<<runShift | number
	copy(s.of(next), old)
	return next
}

// free gives a sample's memory back.
func (s *samples) free(a sample) {
	i := a.run & (1<<runShift - 1)
	switch a.run >> runShift {
	case 1:
		s.runs1.drop(i)
	case 2:
		s.runs2.drop(i)
	case 3:
		s.runs4.drop(i)
	case 4:
		s.runs8.drop(i)
	}
	if a.wide != 0 {
		s.wide.drop(a.wide)
	}
}

// sample adds a name that n connections had.
func (t *Tally) sample(a *sample, id, n uint32) {
	if id == 0 {
		return
	}
	run := t.samples.of(a.run)
	used := 0
	for used < len(run) && run[used].id != 0 {
		if run[used].id == id {
			run[used].n = sum(run[used].n, n)
			return
		}
		used++
	}
	h := t.names.texts[id].hash
	if used == limits.AuditSample {
		t.widen(a).add(h)
		if h > t.names.texts[run[used-1].id].hash {
			return
		}
		used--
	} else if used == len(run) {
		a.run = t.samples.grown(a.run)
		run = t.samples.of(a.run)
	}
	i := used
	for ; i > 0 && t.names.texts[run[i-1].id].hash > h; i-- {
		run[i] = run[i-1]
	}
	run[i] = entry{id, n}
}

// widen returns the sample's counter. A sample needs none as long as all names are in its run;
// when it gets one, it starts with these.
func (t *Tally) widen(a *sample) *counter {
	if a.wide == 0 {
		a.wide = t.samples.wide.add()
		c := t.samples.wide.at(a.wide)
		for _, e := range t.samples.of(a.run) {
			if e.id != 0 {
				c.add(t.names.texts[e.id].hash)
			}
		}
	}
	return t.samples.wide.at(a.wide)
}

// mergeSample adds the sample b of o, whose names have been renumbered for t.
func (t *Tally) mergeSample(a *sample, o *Tally, b sample) {
	if b.wide != 0 {
		t.widen(a).merge(*o.samples.wide.at(b.wide))
	}
	for _, e := range o.samples.of(b.run) {
		t.sample(a, e.id, e.n)
	}
}

// shown makes a Sample of a sample.
func (t *Tally) shown(a sample) Sample {
	var s Sample
	for _, e := range t.samples.of(a.run) {
		if e.id != 0 {
			s.Names = append(s.Names, Count{Name: t.names.string(e.id), N: int64(e.n)})
		}
	}
	s.sort()
	s.About = len(s.Names)
	if a.wide != 0 {
		s.About = max(s.About+1, t.samples.wide.at(a.wide).about())
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
