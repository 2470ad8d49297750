package tally

import (
	"bytes"
	"hash/maphash"

	"rdnsproxy/limits"
)

// nameChunk is how many bytes of text lie together.
const nameChunk = 64 << 10

// names gives texts numbers, so that what is counted by the million has no pointers. Number 0
// is the empty text.
type names struct {
	seed  maphash.Seed // strangers choose the texts, and must not know their places
	table []uint32
	texts []text
	bytes [][]byte
	limit int // if there are more, it is time to drop those that nothing uses
}

type text struct {
	hash  uint64 // hash of the text
	chunk uint32
	off   uint16
	n     uint16
}

func newNames(spare int) *names {
	return &names{seed: maphash.MakeSeed(), table: make([]uint32, 64), texts: make([]text, 1), limit: spare}
}

// cut bounds a name.
func cut(b []byte) []byte { return b[:min(len(b), limits.LogName)] }

// id returns the number of a text, which is cut to limits.LogName bytes.
func (n *names) id(b []byte) uint32 {
	return n.whole(cut(b))
}

// whole returns the number of a text that is bounded already.
func (n *names) whole(b []byte) uint32 {
	if len(b) == 0 {
		return 0
	}
	mask := uint64(len(n.table) - 1)
	i := maphash.Bytes(n.seed, b) & mask
	for ; n.table[i] != 0; i = (i + 1) & mask {
		if id := n.table[i]; bytes.Equal(n.of(id), b) {
			return id
		}
	}
	id := uint32(len(n.texts))
	n.table[i] = id
	last := len(n.bytes) - 1
	if last < 0 || len(n.bytes[last])+len(b) > cap(n.bytes[last]) {
		// The first chunk is small: most tallies of a fleet are.
		n.bytes = append(n.bytes, make([]byte, 0, min(nameChunk, 1<<10<<(2*len(n.bytes)))))
		last++
	}
	n.texts = append(n.texts, text{hash(b), uint32(last), uint16(len(n.bytes[last])), uint16(len(b))})
	n.bytes[last] = append(n.bytes[last], b...)
	if 2*len(n.texts) > len(n.table) {
		n.grow()
	}
	return id
}

// of returns the text of a number, which is not to be changed.
func (n *names) of(id uint32) []byte {
	t := n.texts[id]
	if t.n == 0 {
		return nil
	}
	return n.bytes[t.chunk][t.off:][:t.n:t.n]
}

func (n *names) string(id uint32) string { return string(n.of(id)) }

func (n *names) grow() {
	n.table = make([]uint32, 2*len(n.table))
	mask := uint64(len(n.table) - 1)
	for id := 1; id < len(n.texts); id++ {
		i := maphash.Bytes(n.seed, n.of(uint32(id))) & mask
		for n.table[i] != 0 {
			i = (i + 1) & mask
		}
		n.table[i] = uint32(id)
	}
}

// renumber replaces the numbers of all names that t uses by those in to. Names that it does
// not use are not added there.
func (t *Tally) renumber(to *names) {
	ids := make([]uint32, len(t.names.texts))
	t.eachName(func(id *uint32) {
		if *id != 0 && ids[*id] == 0 {
			ids[*id] = to.whole(t.names.of(*id))
		}
		*id = ids[*id]
	})
	t.names = to
}

// dropNames forgets the names that nothing uses any more.
func (t *Tally) dropNames() {
	t.trimNames()
	fresh := newNames(t.o.caps.names)
	t.renumber(fresh)
	fresh.limit += len(fresh.texts) + len(fresh.texts)/2 // so that it does not come to this too often
}
