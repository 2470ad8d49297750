package sshdlog

import (
	"encoding/binary"
	"math/bits"
)

// Eight bytes of a line at a time, as one number whose lowest byte is the first. A loop over
// digits has a branch for each, and a processor cannot guess how many there are: a wrong guess
// takes longer than all that a function here does.

const each = 0x0101010101010101 // times a byte: that byte eight times

// word loads the eight bytes that b begins with.
func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// notDigits sets the highest bit of each byte of w that is no digit, and no other bits.
func notDigits(w uint64) uint64 {
	w ^= each * '0'
	return (w&(each*0x7f) + each*(0x80-10) | w) & (each * 0x80)
}

// leadingDigits reads the number that w begins with, and returns how many digits it has: 0 to 8.
// Of 0 digits v is any.
func leadingDigits(w uint64) (v uint64, n int) {
	n = bits.TrailingZeros64(notDigits(w)) / 8
	return decimal8(w << ((64 - 8*n) & 63)), n
}

// trailingDigits reads the number that w ends with, and returns how many digits it has: 0 to 8.
// Of 0 digits v is any.
func trailingDigits(w uint64) (v uint64, n int) {
	n = bits.LeadingZeros64(notDigits(w)) / 8
	return decimal8(w >> ((64 - 8*n) & 63) << ((64 - 8*n) & 63)), n
}

// blanks sets the highest bit of each byte of w that is a blank, and no other bits.
func blanks(w uint64) uint64 {
	w ^= each * ' '
	return ^(w&(each*0x7f) + each*0x7f | w | each*0x7f)
}

// decimal8 is the number whose eight digits are the bytes of w. Bytes that are 0 count as digits.
func decimal8(w uint64) uint64 {
	w = w & (each * 0x0f) * (10<<8 + 1) >> 8
	w = w & 0x00ff00ff00ff00ff * (100<<16 + 1) >> 16
	return w & 0x0000ffff0000ffff * (10_000<<32 + 1) >> 32
}
