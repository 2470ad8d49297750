package tally

import "slices"

// smallest is how many different names there have been, as far as it matters: it has the hashes of
// those with the smallest ones. However the names come, and in however many parts, the same stay.
type smallest struct {
	most   int
	hashes map[uint64]struct{}
	bound  uint64     // the largest hash that stays; 0: all
	lately [64]uint64 // were added, each at its low bits: most names come again soon
}

// add adds a name's hash.
func (s *smallest) add(hash uint64) {
	if s.lately[hash%64] == hash {
		return // what was cut in the meantime stays beyond the bound
	}
	s.lately[hash%64] = hash
	if _, known := s.hashes[hash]; known || !within(hash, s.bound) {
		return
	}
	if s.hashes == nil {
		s.hashes = map[uint64]struct{}{}
	}
	if s.hashes[hash] = struct{}{}; len(s.hashes) > s.most+s.most/4 {
		s.cut()
	}
}

func (s *smallest) merge(o *smallest) {
	s.bound = lower(s.bound, o.bound)
	for h := range o.hashes {
		s.add(h)
	}
	s.cut()
}

// cut leaves no more than there may be.
func (s *smallest) cut() {
	if len(s.hashes) > s.most {
		s.bound = lower(s.bound, s.sorted()[s.most-1])
	}
	for h := range s.hashes {
		if !within(h, s.bound) {
			delete(s.hashes, h)
		}
	}
}

func (s *smallest) sorted() []uint64 {
	all := make([]uint64, 0, len(s.hashes))
	for h := range s.hashes {
		all = append(all, h)
	}
	slices.Sort(all)
	return all
}

// trimNames forgets the names of users and hosts, in what is known of clients, that are beyond the
// bounds: whoever can write to a syslog server chooses them, and has a new one for each line.
func (t *Tally) trimNames() {
	if t.users.bound == 0 && t.hostBound == 0 {
		return
	}
	for _, r := range []*records{t.strangers, t.insiders} {
		for k := uint32(1); k <= r.n; k++ {
			c := r.at(k)
			if t.trim(&c.users, t.users.bound) {
				c.flags |= moreUsers
			}
			if t.trim(&c.hosts.run, t.hostBound) {
				c.flags |= moreHosts
			}
		}
	}
}

// trim removes the names with larger hashes from a run, and reports whether there were any.
func (t *Tally) trim(r *run, bound uint64) bool {
	var one [1]entry
	entries := t.samples.of(*r, &one)
	for i, e := range entries { // by rising hash
		if e.id == 0 {
			return false
		}
		if !within(t.names.texts[e.id].hash, bound) {
			clear(entries[i:])
			if i == 0 {
				t.samples.free(*r)
				*r = run{}
			}
			return true
		}
	}
	return false
}
