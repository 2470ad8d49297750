package tally

import "rdnsproxy/limits"

// A run is where the names of a sample are. The top 3 bits of ref have its size, 1 + its binary
// logarithm; 0: there are none. The most frequent run, of a single name, is nowhere else: the
// other bits are the name's number, and n is how many connections had it. That saves memory,
// and one place to wait for. Otherwise they are the run's number among those of its size.
type run struct{ ref, n uint32 }

type entry struct{ id, n uint32 }

// samples has the entries of all samples, in runs of 2, 4 and 8.
type samples struct {
	runs2 slab[[2]entry]
	runs4 slab[[4]entry]
	runs8 slab[[8]entry]
	wide  slab[counter]
}

const (
	runShift = 29
	runMask  = 1<<runShift - 1
)

// The sizes of runs.
const (
	single  = 1
	largest = 4
)

// A sample of more would need a larger run.
var _ [8]struct{} = [limits.AuditSample]struct{}{}
var _ [8]struct{} = [limits.AuditClientHosts]struct{}{}

func (r run) size() uint32 { return r.ref >> runShift }

// of returns the places of a run, by rising hash; those at its end may be free. Those of a run of
// a single name are a copy, in one.
func (s *samples) of(r run, one *[1]entry) []entry {
	i := r.ref & runMask
	switch r.size() {
	case single:
		one[0] = entry{i, r.n}
		return one[:]
	case 2:
		return s.runs2.at(i)[:]
	case 3:
		return s.runs4.at(i)[:]
	case largest:
		return s.runs8.at(i)[:]
	}
	return nil
}

// grow makes a run of one name or more twice as large.
func (s *samples) grow(r *run) {
	var one [1]entry
	old, i := s.of(*r, &one), r.ref&runMask
	switch r.size() {
	case single:
		r.ref = 2<<runShift | s.runs2.add()
	case 2:
		r.ref = 3<<runShift | s.runs4.add()
		defer s.runs2.drop(i)
	case 3:
		r.ref = largest<<runShift | s.runs8.add()
		defer s.runs4.drop(i)
	}
	r.n = 0
	copy(s.of(*r, nil), old)
}

// free gives a run's memory back, and that of its counter.
func (s *samples) free(r run) {
	i := r.ref & runMask
	switch r.size() {
	case 2:
		s.runs2.drop(i)
	case 3:
		s.runs4.drop(i)
	case largest:
		s.runs8.drop(i)
		if r.n != 0 {
			s.wide.drop(r.n)
		}
	}
}

// eachName visits the numbers of the names in runs of several.
func (s *samples) eachName(visit func(*uint32)) {
	eachEntry(&s.runs2, func(r *[2]entry) { visitAll(r[:], visit) })
	eachEntry(&s.runs4, func(r *[4]entry) { visitAll(r[:], visit) })
	eachEntry(&s.runs8, func(r *[8]entry) { visitAll(r[:], visit) })
}

func eachEntry[T any](s *slab[T], visit func(*T)) {
	for k := uint32(1); k <= s.n; k++ {
		visit(s.at(k))
	}
}

func visitAll(run []entry, visit func(*uint32)) {
	for i := range run {
		visit(&run[i].id)
	}
}

// eachName visits the number of the name in a run of a single one.
func (r *run) eachName(visit func(*uint32)) {
	if r.size() == single {
		id := r.ref & runMask
		visit(&id)
		r.ref = single<<runShift | id
	}
}
