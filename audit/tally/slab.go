package tally

// slabBits: a chunk of a slab has 64 elements.
const slabBits = 6

// A slab is a list that grows without being copied: it takes no more memory than its elements
// do, and they stay where they are. They have numbers from 1 on, which are used instead of
// pointers, so that the garbage collector has nothing to look at.
type slab[T any] struct {
	chunks []*[1 << slabBits]T
	n      uint32
	free   []uint32
}

func (s *slab[T]) at(i uint32) *T {
	i--
	return &s.chunks[i>>slabBits][i&(1<<slabBits-1)]
}

// add returns the number of a new zero element.
func (s *slab[T]) add() uint32 {
	if k := len(s.free); k > 0 {
		i := s.free[k-1]
		s.free = s.free[:k-1]
		var zero T
		*s.at(i) = zero
		return i
	}
	if int(s.n)>>slabBits == len(s.chunks) {
		s.chunks = append(s.chunks, new([1 << slabBits]T))
	}
	s.n++
	return s.n
}

// drop makes an element's number free for another one.
func (s *slab[T]) drop(i uint32) { s.free = append(s.free, i) }

// cut leaves the first n elements, none of which may have been dropped.
func (s *slab[T]) cut(n uint32) {
	for i := n + 1; i <= s.n; i++ {
		var zero T
		*s.at(i) = zero
	}
	s.n = n
	s.chunks = s.chunks[:(n+1<<slabBits-1)>>slabBits]
}
