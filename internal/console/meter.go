package console

import (
	"io"
	"sync"
	"time"

	"rdnsproxy/safetext"
)

// Meter shows on the last line of a terminal how far a long piece of work has come. The
// line appears after a second. A nil Meter, used if stderr is not a terminal, does nothing.
type Meter struct {
	mu    sync.Mutex
	w     io.Writer
	width func() int
	began time.Time
	drawn time.Time
	shown bool
}

// NewMeter returns a Meter on stderr; nil if the line is not wanted or stderr is not a
// terminal.
func NewMeter(w World, quiet bool) *Meter {
	if quiet || !IsTerminal(w.Err) {
		return nil
	}
	return &Meter{w: w.Err, width: func() int { return lineColumns(w.Err) }, began: time.Now()}
}

// Show replaces the line, at most ten times a second.
func (m *Meter) Show(text string) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if now := time.Now(); now.Sub(m.began) >= patience && now.Sub(m.drawn) >= redrawing {
		io.WriteString(m.w, "\r\x1b[K"+safetext.Cut(safetext.Line(text), m.width()-1))
		m.shown, m.drawn = true, now
	}
}

// Clear removes the line, so that something else can be written.
func (m *Meter) Clear() {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.shown {
		io.WriteString(m.w, "\r\x1b[K")
		m.shown = false
	}
}
