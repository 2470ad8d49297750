package tally

import (
	"encoding/binary"
	"math/bits"
)

// hashSeed is fixed, because what is kept by the smallest hash has to be the same in all
// tallies that are merged. Whoever chooses names or addresses by it chooses what a sample
// shows, and nothing else: places in hash tables depend on a seed that each process draws.
const hashSeed = 0x9e3779b97f4a7c15

// hash is the same on every machine. It is never 0, which stands for no bound.
func hash(b []byte) uint64 {
	h := uint64(len(b)) * hashSeed
	for ; len(b) >= 8; b = b[8:] {
		h = mix(h, binary.LittleEndian.Uint64(b))
	}
	// What is left, as if zeros followed; a copy would cost more than the rest of the hash.
	switch n := uint(len(b)); {
	case n >= 4:
		low, high := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[n-4:])
		h = mix(h, uint64(low)|uint64(high>>(8*(8-n)))<<32)
	case n > 0:
		h = mix(h, uint64(b[0])|uint64(b[n/2])<<(8*(n/2))|uint64(b[n-1])<<(8*(n-1)))
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return max(1, h^h>>33)
}

// mix takes in 8 bytes.
func mix(h, x uint64) uint64 {
	hi, lo := bits.Mul64(h^x, hashSeed)
	return hi ^ lo
}

// A counter counts distinct names approximately (linear counting): each name sets one of 128
// bits. Of a name that may be a password nothing else is kept. A hash would give it away, for
// the seed is known and passwords can be tried; but each bit fits one name in 128.
type counter [2]uint64

func (c *counter) add(h uint64) { c[h>>63] |= 1 << (h >> 57 & 63) }

func (c *counter) merge(o counter) {
	c[0] |= o[0]
	c[1] |= o[1]
}

// about estimates how many distinct names were added: 128 ln(128/zeros). It ends at some 700.
func (c *counter) about() int {
	return int(linear[bits.OnesCount64(c[0])+bits.OnesCount64(c[1])])
}

// linear is what so many set bits of 128 stand for, rounded.
var linear = [129]uint16{
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16,
	17, 18, 19, 21, 22, 23, 24, 25, 27, 28, 29, 30, 32, 33, 34, 35,
	37, 38, 40, 41, 42, 44, 45, 47, 48, 49, 51, 52, 54, 55, 57, 59,
	60, 62, 63, 65, 67, 68, 70, 72, 74, 75, 77, 79, 81, 83, 85, 87,
	89, 91, 93, 95, 97, 99, 101, 104, 106, 108, 110, 113, 115, 118, 120, 123,
	126, 128, 131, 134, 137, 140, 143, 146, 149, 152, 155, 159, 162, 166, 170, 174,
	177, 182, 186, 190, 195, 199, 204, 209, 214, 220, 225, 231, 238, 244, 251, 258,
	266, 274, 283, 293, 303, 314, 326, 340, 355, 372, 392, 415, 444, 480, 532, 621,
	710,
}
