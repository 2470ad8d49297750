package console

import (
	"strings"
	"testing"
	"time"
)

// TestProgressOfAHandful: a slow target gets a line after a while, a quick one gets
// none, and text written meanwhile starts on a line of its own.
func TestProgressOfAHandful(t *testing.T) {
	var b strings.Builder
	p := &Progress{w: &b, total: 1, began: time.Now(), stop: make(chan struct{})}
	p.Start("slow.example.com")
	p.WhileHidden(func() error { return nil })
	if b.Len() > 0 {
		t.Errorf("%q was shown before the line was due", b.String())
	}
	p.began = time.Now().Add(-3 * time.Second)
	p.WhileHidden(func() error { b.WriteString("a result\n"); return nil })
	p.WhileHidden(func() error { b.WriteString("another\n"); return nil })
	p.Done("slow.example.com")
	p.End()
	line := "\rwaiting for slow.example.com (3 s)\x1b[K"
	if want := "a result\n" + line + "\r\x1b[Kanother\n" + line + "\r\x1b[K"; b.String() != want {
		t.Errorf("%q, not %q", b.String(), want)
	}
	var none *Progress
	none.Start("a")
	none.WhileHidden(func() error { return nil })
	none.Done("a")
	none.End()
}

// TestProgressOfMany: with many targets the line counts them.
func TestProgressOfMany(t *testing.T) {
	var b strings.Builder
	p := &Progress{w: &b, total: 100, began: time.Now(), stop: make(chan struct{})}
	p.Start("a")
	p.Done("a")
	p.End()
	if want := "\r1 of 100 targets\x1b[K\r\x1b[K"; b.String() != want {
		t.Errorf("%q, not %q", b.String(), want)
	}
}

// TestProgressFigures: how far, how fast, how long, and what else; within 80 columns.
func TestProgressFigures(t *testing.T) {
	now := time.Now()
	for _, tt := range []struct {
		total, passed, each int
		more, want          string
	}{
		{0, 0, 25000, "", "75,000 targets, 25,000/s"},
		{2, 0, 25000, "", "75,000 targets, 25,000/s"},
		{100_000, 0, 25000, "", "75,000 of 100,000 targets, 25,000/s, 1 s left"},
		{100_000_000, 0, 1000, "12 errors", "3,000 of 100,000,000 targets, 1,000/s, 27 h 46 min left, 12 errors"},
		{1_000_000, 900_000, 100, "", "900,300 of 1,000,000 targets, 100/s, 17 min left"},
		{100_000, 0, 1000, "12 errors, 171 warnings, 0.8 % lost, 3 unknown", "3,000 of 100,000 targets, 97 s left, 12 errors, 171 warnings, 0.8 % lost"},
		{100_000, 0, 1000, "12 errors, 171 warnings, 0.8 % lost", "3,000 of 100,000 targets, 97 s left, 12 errors, 171 warnings, 0.8 % lost"},
		{100_000_000, 0, 1000, "1,200,000 errors, 171,000,000 warnings, 0.8 % lost", "3,000 of 100,000,000 targets, 27 h 46 min left, 1,200,000 errors"},
	} {
		p := &Progress{total: tt.total, more: func() []string { return words(tt.more) }}
		p.Pass(tt.passed)
		p.speed.measure(now, p.finished)
		for i := range 3 {
			p.finished += tt.each
			p.speed.measure(now.Add(time.Duration(i+1)*time.Second), p.finished)
		}
		if got := p.figures(79); got != tt.want {
			t.Errorf("%q, not %q", got, tt.want)
		}
	}
	var b strings.Builder
	p := &Progress{w: &b, total: 100_000_000, more: func() []string { return []string{strings.Repeat("x", 100)} }}
	p.Done("a")
	p.Done("b") // nothing has changed that is shown
	line := strings.TrimSuffix(strings.TrimPrefix(b.String(), "\r"), "\x1b[K")
	if line != "1 of 100,000,000 targets" || strings.ContainsAny(line, "\r\x1b") {
		t.Errorf("%d columns: %q", len(line), b.String())
	}
}

// words splits what else there is to say.
func words(more string) []string {
	if more == "" {
		return nil
	}
	return strings.Split(more, ", ")
}
