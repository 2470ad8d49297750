package survey

import (
	"cmp"
	"io"
	"sync"
	"time"
)

// eager is a writer that saves system calls without keeping a reader waiting: what is
// written goes on when there is much of it, or after a moment.
type eager struct {
	mu      sync.Mutex
	w       io.Writer
	kept    []byte
	pending bool // a flush is due
	err     error
}

const (
	eagerMost = 64 << 10
	eagerWait = 50 * time.Millisecond
)

// eagerly calls write with a writer to out that is eager.
func eagerly(out io.Writer, write func(io.Writer) error) error {
	e := &eager{w: out}
	err := write(e)
	return cmp.Or(err, e.flush())
}

func (e *eager) Write(b []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return 0, e.err
	}
	e.kept = append(e.kept, b...)
	switch {
	case len(e.kept) >= eagerMost:
		e.pass()
	case !e.pending:
		e.pending = true
		time.AfterFunc(eagerWait, func() { e.flush() })
	}
	return len(b), e.err
}

// flush passes on what is kept. It returns the first error of all writes.
func (e *eager) flush() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pending = false
	e.pass()
	return e.err
}

func (e *eager) pass() {
	if len(e.kept) > 0 && e.err == nil {
		_, e.err = e.w.Write(e.kept)
	}
	e.kept = e.kept[:0]
}
