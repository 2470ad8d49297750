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
	line := "\r\x1b[Kwaiting for slow.example.com (3 s)"
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
	if want := "\r\x1b[K1 of 100 targets\r\x1b[K"; b.String() != want {
		t.Errorf("%q, not %q", b.String(), want)
	}
}
