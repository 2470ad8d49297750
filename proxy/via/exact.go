package via

import (
	"io"
	"strings"

	"rdnsproxy/limits"
)

// exact reads a proxy's answer and not a byte beyond it. It bounds how long the answer is.
type exact struct {
	in   io.Reader
	read int // bytes so far
}

// fill reads exactly len(b) bytes.
func (e *exact) fill(b []byte) error {
	if e.read+len(b) > limits.ProxyAnswer {
		return errEndless
	}
	n, err := io.ReadFull(e.in, b)
	e.read += n
	if err == io.EOF && e.read > 0 {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// line reads a line up to its LF, byte by byte: who reads more may read what the
// destination sends.
func (e *exact) line() (string, error) {
	var b strings.Builder
	for {
		var next [1]byte
		if err := e.fill(next[:]); err != nil {
			return b.String(), err
		}
		if next[0] == '\n' {
			return strings.TrimSuffix(b.String(), "\r"), nil
		}
		b.WriteByte(next[0])
	}
}
