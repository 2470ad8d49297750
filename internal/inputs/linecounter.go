package inputs

import (
	"bufio"
	"fmt"

	"rdnsproxy/limits"
)

// lineCounter is a reader that knows the line of each byte that it has given out, as
// long as nobody asks about an earlier one.
type lineCounter struct {
	in     *bufio.Reader
	left   int     // bytes that may still be read
	offset int64   // of the next byte
	breaks []int64 // offsets of line breaks that at has not passed
	passed int
}

func (l *lineCounter) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, fmt.Errorf("a value is longer than %d KiB", limits.JSONLine>>10)
	}
	n, err := l.in.Read(p)
	for i, c := range p[:n] {
		if c == '\n' {
			l.breaks = append(l.breaks, l.offset+int64(i))
		}
	}
	l.offset += int64(n)
	l.left -= n
	return n, err
}

// at returns the line of the byte before an offset, from 1.
func (l *lineCounter) at(offset int64) int {
	i := 0
	for i < len(l.breaks) && l.breaks[i] < offset {
		i++
	}
	l.passed, l.breaks = l.passed+i, l.breaks[i:]
	return l.passed + 1
}
