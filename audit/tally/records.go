package tally

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// records is a table of clients, open addressing, with a bound: those with the smallest hashes
// stay, so that it is the same ones in whatever order they come. These hashes have a fixed
// seed, which everybody knows. But a place in the table depends on a seed of the process, for
// whoever has an IPv6 network could choose addresses that all fall into one place.
//
// The PTR names are kept of fewer clients: whoever has a reverse zone chooses them, 255 bytes
// each.
type records struct {
	seed  [2]uint64
	table []uint32
	slab[record]
	most, mostNamed   int
	evictAt           int    // beyond so many clients it pays to look who is beyond a bound
	bound, boundNamed uint64 // the largest hashes that stay, and that keep their names; 0: all
	unnamed           bool   // a name has been forgotten
	others            Counts // sums over the clients that did not stay
}

func newRecords(caps *caps) *records {
	r := &records{seed: [2]uint64{rand.Uint64(), rand.Uint64()}, most: caps.clients, mostNamed: caps.named, table: make([]uint32, 64)}
	r.setEvictAt()
	return r
}

func (r *records) setEvictAt() {
	r.evictAt = min(r.most+r.most/4, max(r.mostNamed+r.mostNamed/4, 2*int(r.n)))
}

func (r *records) place(a *address) uint64 {
	high, low := bits.Mul64(binary.LittleEndian.Uint64(a[:])^r.seed[0], binary.LittleEndian.Uint64(a[8:])^r.seed[1])
	h := high ^ low
	return h ^ h>>32 // neighbours' low bits are in even steps, and would cluster
}

// find returns a client's number, or 0 and where it would stand.
func (r *records) find(a *address) (number uint32, place uint64) {
	mask := uint64(len(r.table) - 1)
	for i := r.place(a) & mask; ; i = (i + 1) & mask {
		k := r.table[i]
		if k == 0 || r.at(k).addr == *a {
			return k, i
		}
	}
}

// stays reports whether a client is not beyond the bound.
func (r *records) stays(a *address) bool { return r.bound == 0 || within(hash(a[:]), r.bound) }

// get returns the client's number, of a new one if there is none; 0: the client is beyond
// the bound.
func (r *records) get(a *address) uint32 {
	k, i := r.find(a)
	if k != 0 || !r.stays(a) {
		return k
	}
	k = r.slab.add()
	r.at(k).addr = *a
	r.table[i] = k
	if 4*int(r.n) > 3*len(r.table) {
		r.index(2 * len(r.table))
	}
	return k
}

// known is get for a client whose number may be the given one, which it sets.
func (r *records) known(number *uint32, a *address) uint32 {
	if *number == 0 || r.at(*number).addr != *a {
		*number = r.get(a)
	}
	return *number
}

// index makes a table of the given size.
func (r *records) index(size int) {
	if size == len(r.table) {
		clear(r.table)
	} else {
		r.table = make([]uint32, size)
	}
	mask := uint64(size - 1)
	for k := uint32(1); k <= r.n; k++ {
		i := r.place(&r.at(k).addr) & mask
		for r.table[i] != 0 {
			i = (i + 1) & mask
		}
		r.table[i] = k
	}
}

// within reports whether a hash is not beyond a bound.
func within(hash, bound uint64) bool { return bound == 0 || hash <= bound }

// lower returns the lower one of two bounds.
func lower(a, b uint64) uint64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// evict removes the clients, and the names, that are beyond the bounds. Numbers change.
func (t *Tally) evict(r *records) {
	if int(r.n) > min(r.most, r.mostNamed) {
		sorted := make([]uint64, r.n)
		for k := range sorted {
			sorted[k] = hash(r.at(uint32(k + 1)).addr[:])
		}
		slices.Sort(sorted)
		if len(sorted) > r.most {
			r.bound = sorted[r.most-1]
		}
		if len(sorted) > r.mostNamed {
			r.boundNamed = sorted[r.mostNamed-1]
		}
	}
	kept := uint32(0)
	for k := uint32(1); k <= r.n; k++ {
		c := r.at(k)
		h := hash(c.addr[:])
		if !within(h, r.boundNamed) && c.more != 0 {
			m := t.extras.at(c.more)
			r.unnamed = r.unnamed || m.names.ref != 0
			t.dropNamesOf(m)
		}
		if !within(h, r.bound) {
			r.others.add(t.counts(c))
			t.forget(c)
			continue
		}
		kept++
		*r.at(kept) = *c
	}
	r.cut(kept)
	r.index(len(r.table))
	r.setEvictAt()
}

func (t *Tally) dropNamesOf(m *extra) {
	t.samples.free(m.names.run)
	m.names, m.nameFirst, m.nameLast, m.nameFirstAt, m.nameLastAt = sample{}, 0, 0, 0, 0
}

// left estimates how many did not stay, if so many did and the largest hash among them is the
// bound: hashes are spread evenly.
func left(most int, bound uint64) int64 {
	if bound == 0 {
		return 0
	}
	if uint64(most) >= bound {
		return 0
	}
	all, _ := bits.Div64(uint64(most), 0, bound) // most × 2^64 / bound
	return max(1, int64(min(all, 1<<62))-int64(most))
}
