package cli

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress is a line at the bottom of a terminal that says how far check is.
// It is there for people who wait for more than a handful; a nil progress, for
// all others, does nothing.
type progress struct {
	mu       sync.Mutex
	w        io.Writer
	total    int
	finished int
	shown    bool
	drawn    time.Time
}

const (
	handful   = 5
	redrawing = 100 * time.Millisecond
)

func newProgress(w World, f *checkFlags, total int) *progress {
	if total <= handful || f.quiet || !isTerminal(w.Err) {
		return nil
	}
	return &progress{w: w.Err, total: total}
}

// done counts one more target.
func (p *progress) done() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finished++
	if time.Since(p.drawn) >= redrawing {
		p.show()
	}
}

// draw shows the line again after it was cleared.
func (p *progress) draw() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.show()
}

// show wants p.mu.
func (p *progress) show() {
	if p.finished < p.total {
		fmt.Fprintf(p.w, "\r\x1b[K%d of %d targets", p.finished, p.total)
		p.shown, p.drawn = true, time.Now()
	}
}

// clear takes the line away, so that something else can be written.
func (p *progress) clear() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		io.WriteString(p.w, "\r\x1b[K")
		p.shown = false
	}
}
