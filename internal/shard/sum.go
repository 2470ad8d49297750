package shard

import (
	"encoding/binary"
	"fmt"
)

// Sum stands for the targets of results, whatever their order, each as often as it is there:
// the sum of hashes of their Identity. Two files with as many results but not of the same
// targets have different Sums, but for one in 2^64. The zero Sum is that of no result.
type Sum uint64

// Add counts a line that is a result; any other line is nothing.
func (s *Sum) Add(line []byte) {
	if target, ok := identityOf(line); ok {
		key := hash(target)
		*s += Sum(binary.BigEndian.Uint64(key[:]))
	}
}

func (s Sum) String() string { return fmt.Sprintf("%016x", uint64(s)) }
