package resolve

import (
	"crypto/rand"
	"encoding/binary"
)

// randomIDs gives random message IDs, which it reads in blocks.
type randomIDs struct {
	block [512]byte
	left  int // bytes of block
}

func (r *randomIDs) next() uint16 {
	if r.left == 0 {
		rand.Read(r.block[:]) // never fails
		r.left = len(r.block)
	}
	r.left -= 2
	return binary.BigEndian.Uint16(r.block[r.left:])
}
