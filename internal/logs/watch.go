package logs

import (
	"context"
	"io"
	"sync/atomic"
	"time"
)

// watch counts how far a run has come.
type watch struct{ read, line atomic.Int64 }

// bytes returns r, whose bytes are counted.
func (w *watch) bytes(r io.Reader) io.Reader { return &countedBytes{r, w} }

type countedBytes struct {
	io.Reader
	w *watch
}

func (c *countedBytes) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.w.read.Add(int64(n))
	return n, err
}

// lines returns r, which p reads: p's lines are counted, r ends when ctx does, and idle, if
// it is not nil, is called before each read.
func (w *watch) lines(ctx context.Context, r io.Reader, p *part, idle func() error) io.Reader {
	return &countedLines{ctx, r, w, p, idle, 0}
}

type countedLines struct {
	ctx  context.Context
	r    io.Reader
	w    *watch
	p    *part
	idle func() error
	told int64
}

func (c *countedLines) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	if c.idle != nil {
		if err := c.idle(); err != nil {
			return 0, err
		}
	}
	c.w.line.Add(c.p.counts.Lines - c.told)
	c.told = c.p.counts.Lines
	return c.r.Read(b)
}

// report calls Progress until the function that it returns is called.
func (s *Set) report() (stop func()) {
	if s.o.Progress == nil {
		return func() {}
	}
	var total int64
	for _, f := range s.sources {
		total += f.size
	}
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		t := time.NewTicker(100 * time.Millisecond)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				s.o.Progress(Progress{min(total, s.watch.read.Load()), total, s.watch.line.Load()})
			case <-end:
				return
			}
		}
	}()
	return func() { close(end); <-ended }
}
