package shard

import (
	"bufio"
	"errors"
	"io"

	"rdnsproxy/limits"
)

// lines reads a file of results line by line.
type lines struct {
	in   *bufio.Reader
	n    int   // the number of the line that next has returned
	at   int64 // where it begins
	next int64 // where the next one begins
}

// errTooLong says that a line is longer than any result.
var errTooLong = errors.New("the line is too long for a result")

func linesOf(r io.Reader) *lines { return &lines{in: bufio.NewReaderSize(r, 64<<10)} }

// read returns the next line with its newline; the last one may have none. It is valid
// until the next call. The error is io.EOF if there is no more.
func (l *lines) read() ([]byte, error) {
	b, err := l.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		long := append([]byte(nil), b...)
		for errors.Is(err, bufio.ErrBufferFull) {
			if len(long) > limits.ResultLine {
				return nil, errTooLong
			}
			b, err = l.in.ReadSlice('\n')
			long = append(long, b...)
		}
		b = long
	}
	if len(b) > 0 && errors.Is(err, io.EOF) {
		err = nil // the next call says so
	}
	l.n++
	l.at, l.next = l.next, l.next+int64(len(b))
	return b, err
}
