package console

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"rdnsproxy/safetext"
)

// Progress shows on the last line of a terminal how far check has come. With only a
// handful of targets the line appears after a second and names the ones still
// pending. A nil Progress, used if stderr is not a terminal, does nothing.
type Progress struct {
	mu       sync.Mutex
	w        io.Writer
	width    func() int      // columns of the terminal; if nil, DefaultWidth
	more     func() []string // what else there is to say, the most important first; if nil, nothing
	total    int             // 0: not known
	finished int
	shown    string
	drawn    time.Time
	began    time.Time
	speed    speed
	over     bool
	waiting  []string // targets in progress; filled only for a handful of targets
	stop     chan struct{}
}

const (
	handful   = 5
	redrawing = 100 * time.Millisecond
	patience  = time.Second // before the line for a handful of targets appears
)

// NewProgress starts a progress line for total targets on stderr; 0 if their number is
// not known. more is asked for what else to say on the line, the most important first; if
// nil, nothing. What does not fit on the line is left out. It returns
// nil if the line is not wanted or stderr is not a terminal.
func NewProgress(w World, quiet bool, total int, more func() []string) *Progress {
	if quiet || !IsTerminal(w.Err) {
		return nil
	}
	p := &Progress{
		w: w.Err, width: func() int { return lineColumns(w.Err) }, more: more,
		total: total, began: time.Now(), stop: make(chan struct{}),
	}
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
			p.speed.measure(time.Now(), p.finished)
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
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wipe()
	p.over = true // so that a late tick draws nothing
}

// Expect says how many targets there are, once that is known.
func (p *Progress) Expect(total int) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total = total
}

// Pass counts targets that have been done before.
func (p *Progress) Pass(n int) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finished += n
	p.speed.pass(n)
}

// Start records that work on a target has begun.
func (p *Progress) Start(target string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.few() {
		p.waiting = append(p.waiting, target)
	}
}

// few reports whether there is only a handful of targets.
func (p *Progress) few() bool { return p.total > 0 && p.total <= handful }

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

// WhileHidden hides the line while write runs, then shows it again; with many targets
// only if it was not drawn just now.
func (p *Progress) WhileHidden(write func() error) error {
	if p == nil {
		return write()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wipe()
	err := write()
	if p.few() || time.Since(p.drawn) >= redrawing {
		p.show()
	}
	return err
}

// show draws the line. The caller holds p.mu.
func (p *Progress) show() {
	waited := time.Since(p.began)
	if p.over || p.total > 0 && p.finished == p.total || p.few() && waited < patience {
		return
	}
	width := DefaultWidth
	if p.width != nil {
		width = p.width()
	}
	text := p.figures(width - 1)
	if len(p.waiting) > 0 {
		text = fmt.Sprintf("waiting for %s (%d s)", list(p.waiting), int(waited.Seconds()))
	}
	if text = safetext.Cut(text, width-1); text != p.shown {
		io.WriteString(p.w, "\r"+text+"\x1b[K") // written over, so that nothing flickers
	}
	p.shown, p.drawn = text, time.Now()
}

// figures says how far it has come: "12,345 of 100,000 targets, 2,500/s, 35 s left". If
// that is longer than so many columns, the rate is left out first, then what is last.
func (p *Progress) figures(columns int) string {
	done, rate := grouped(p.finished)+" targets", ""
	if p.total >= p.finished { // or it was wrong
		done = grouped(p.finished) + " of " + grouped(p.total) + " targets"
	}
	var rest []string
	if now := p.speed.rate(); now >= 1 {
		rate = ", " + grouped(int(now)) + "/s"
		if left := p.total - p.finished; left > 0 {
			rest = append(rest, span(time.Duration(float64(left)/now*float64(time.Second)))+" left")
		}
	}
	if p.more != nil {
		rest = append(rest, p.more()...)
	}
	for {
		text := strings.Join(append([]string{done + rate}, rest...), ", ")
		switch {
		case len(text) <= columns:
			return text
		case rate != "":
			rate = ""
		case len(rest) > 0:
			rest = rest[:len(rest)-1]
		default:
			return text // which the caller cuts
		}
	}
}

// speed is how fast work is done, of late.
type speed struct {
	at   time.Time
	done int
	now  float64 // a second
}

// measure is told, about once a second, how much is done.
func (s *speed) measure(now time.Time, done int) {
	if took := now.Sub(s.at).Seconds(); !s.at.IsZero() && took > 0 {
		rate := float64(done-s.done) / took
		if s.now > 0 {
			rate = s.now + (rate-s.now)/5 // of the last few seconds
		}
		s.now = rate
	}
	s.at, s.done = now, done
}

// pass is told of what was done before: it says nothing about the speed.
func (s *speed) pass(n int) { s.done += n }

func (s *speed) rate() float64 { return s.now }

// span formats a time to wait: 35 s, 12 min, 3 h 5 min.
func span(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()+.5))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()+.5))
	}
	return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
}

// grouped formats a number for people: 1,000,000.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
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
	if p.shown != "" {
		io.WriteString(p.w, "\r\x1b[K")
		p.shown = ""
	}
}
