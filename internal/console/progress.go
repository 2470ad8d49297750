package console

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// Progress is a line at the bottom of a terminal that says how far check is, for
// people who wait. For a handful of targets it comes only after a while, and says
// for which of them it waits; a nil progress, for all who read no terminal, does
// nothing.
type Progress struct {
	mu       sync.Mutex
	w        io.Writer
	total    int
	finished int
	shown    bool
	drawn    time.Time
	began    time.Time
	waiting  []string // the targets that are being looked at, where they are few
	stop     chan struct{}
}

const (
	handful   = 5
	redrawing = 100 * time.Millisecond
	patience  = time.Second // after which a handful gets its line
)

func NewProgress(w World, quiet bool, total int) *Progress {
	if total == 0 || quiet || !IsTerminal(w.Err) {
		return nil
	}
	p := &Progress{w: w.Err, total: total, began: time.Now(), stop: make(chan struct{})}
	go p.tick()
	return p
}

// tick redraws a line that counts seconds, until end.
func (p *Progress) tick() {
	for t := time.NewTicker(patience); ; {
		select {
		case <-p.stop:
			t.Stop()
			return
		case <-t.C:
			p.mu.Lock()
			p.show()
			p.mu.Unlock()
		}
	}
}

// End takes the line away for good.
func (p *Progress) End() {
	if p == nil {
		return
	}
	close(p.stop)
	p.Clear()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finished = p.total // a tick that comes late draws nothing
}

// Start says that a target is being looked at.
func (p *Progress) Start(target string) {
	if p == nil || p.total > handful {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = append(p.waiting, target)
}

// Done counts one more target.
func (p *Progress) Done(target string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finished++
	for i, t := range p.waiting {
		if t == target {
			p.waiting = append(p.waiting[:i], p.waiting[i+1:]...)
			break
		}
	}
	if time.Since(p.drawn) >= redrawing {
		p.show()
	}
}

// Aside takes the line away while something else is written, and shows it again.
func (p *Progress) Aside(write func() error) error {
	if p == nil {
		return write()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wipe()
	defer p.show()
	return write()
}

// show wants p.mu.
func (p *Progress) show() {
	waited := time.Since(p.began)
	if p.finished >= p.total || p.total <= handful && waited < patience {
		return
	}
	text := fmt.Sprintf("%d of %d targets", p.finished, p.total)
	if len(p.waiting) > 0 {
		text = fmt.Sprintf("waiting for %s (%d s)", list(p.waiting), int(waited.Seconds()))
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s", text)
	p.shown, p.drawn = true, time.Now()
}

// list names the first, and how many there are beyond: one line has to hold it.
func list(targets []string) string {
	if len(targets) == 1 {
		return targets[0]
	}
	return fmt.Sprintf("%s and %d more", targets[0], len(targets)-1)
}

// Clear takes the line away, so that something else can be written.
func (p *Progress) Clear() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wipe()
}

// wipe wants p.mu.
func (p *Progress) wipe() {
	if p.shown {
		io.WriteString(p.w, "\r\x1b[K")
		p.shown = false
	}
}
