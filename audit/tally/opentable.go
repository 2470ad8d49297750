package tally

import "math/bits"

// openTable finds the open connection of a process. It is read for each line of a log; so a
// slot has 8 bytes, and the process itself is only compared in the connection.
type openTable struct {
	slots []slot
	used  int
	seed  [2]uint64 // that strangers do not know
}

// slot is a place for a connection; its number is 0 if it is free.
type slot struct {
	tag    uint32 // hash of the process: its own slot is the one at the low bits
	number uint32
}

// tag spreads pids in sequence evenly, as the low bits of a product with an odd number are.
func (o *openTable) tag(k key) uint32 {
	high, low := bits.Mul64(uint64(k.host)<<32|uint64(k.pid)^o.seed[0], o.seed[1])
	return uint32(high ^ low)
}

// get returns the number of the open connection of a process; 0: there is none.
func (o *openTable) get(k key, conns *slab[conn]) uint32 {
	tag, mask := o.tag(k), uint32(len(o.slots)-1)
	for i := tag & mask; ; i = (i + 1) & mask {
		s := o.slots[i]
		if s.number == 0 || s.tag == tag && conns.at(s.number).key == k {
			return s.number
		}
	}
}

// set adds a process that is not there.
func (o *openTable) set(k key, number uint32) {
	if o.used++; 2*o.used > len(o.slots) {
		old := o.slots
		o.slots = make([]slot, 2*len(old))
		for _, s := range old {
			if s.number != 0 {
				o.put(s)
			}
		}
	}
	o.put(slot{o.tag(k), number})
}

func (o *openTable) put(s slot) {
	mask := uint32(len(o.slots) - 1)
	i := s.tag & mask
	for o.slots[i].number != 0 {
		i = (i + 1) & mask
	}
	o.slots[i] = s
}

// drop removes a process, which is there, and moves up those that stand behind it because their
// own slots were taken.
func (o *openTable) drop(k key, number uint32) {
	mask := uint32(len(o.slots) - 1)
	i := o.tag(k) & mask
	for o.slots[i].number != number {
		i = (i + 1) & mask
	}
	o.used--
	for j := (i + 1) & mask; o.slots[j].number != 0; j = (j + 1) & mask {
		if (j-o.slots[j].tag)&mask >= (j-i)&mask {
			o.slots[i] = o.slots[j]
			i = j
		}
	}
	o.slots[i] = slot{}
}
