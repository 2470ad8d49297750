package console

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// Progress shows on the last line of a terminal how far check has come. With only a
// handful of targets the line appears after a second and names the ones still
// pending. A nil Progress, used if stderr is not a terminal, does nothing.
type Progress struct {
	mu       sync.Mutex
	w        io.Writer
	total    int
	finished int
	shown    bool
	drawn    time.Time
	began    time.Time
	waiting  []string // targets in progress; filled only for a handful of targets
	stop     chan struct{}
}

const (
	handful   = 5
	redrawing = 100 * time.Millisecond
	patience  = time.Second // before the line for a handful of targets appears
)

// NewProgress starts a progress line for total targets on stderr. It returns nil if
// the line is not wanted or stderr is not a terminal.
func NewProgress(w World, quiet bool, total int) *Progress {
	if total == 0 || quiet || !IsTerminal(w.Err) {
		return nil
	}
	p := &Progress{w: w.Err, total: total, began: time.Now(), stop: make(chan struct{})}
	go p.tick()
	return p
}

// tick redraws the line every second, because it counts seconds, until End.
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

// End removes the line for good.
func (p *Progress) End() {
	if p == nil {
		return
	}
	close(p.stop)
	p.Clear()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finished = p.total // so that a late tick draws nothing
}

// Start records that work on a target has begun.
func (p *Progress) Start(target string) {
	if p == nil || p.total > handful {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = append(p.waiting, target)
}

// Done counts a target as finished.
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

// WhileHidden hides the line while write runs, then shows it again.
func (p *Progress) WhileHidden(write func() error) error {
	if p == nil {
		return write()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wipe()
	defer p.show()
	return write()
}

// show draws the line. The caller holds p.mu.
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

// list names the first target and counts the others, so that it fits on one line.
func list(targets []string) string {
	if len(targets) == 1 {
		return targets[0]
	}
	return fmt.Sprintf("%s and %d more", targets[0], len(targets)-1)
}

// Clear removes the line, so that something else can be written.
func (p *Progress) Clear() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wipe()
}

// wipe removes the line. The caller holds p.mu.
func (p *Progress) wipe() {
	if p.shown {
		io.WriteString(p.w, "\r\x1b[K")
		p.shown = false
	}
}
