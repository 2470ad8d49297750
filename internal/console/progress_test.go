package console

import (
	"strings"
	"testing"
	"time"
)

// TestProgressOfAHandful: one slow target gets its line after a while, a quick one
// gets none, and what is written meanwhile stands on a line of its own.
func TestProgressOfAHandful(t *testing.T) {
	var b strings.Builder
	p := &Progress{w: &b, total: 1, began: time.Now(), stop: make(chan struct{})}
	p.Start("slow.example.com")
	p.Aside(func() error { return nil })
	if b.Len() > 0 {
		t.Errorf("%q before anybody has waited", b.String())
	}
	p.began = time.Now().Add(-3 * time.Second)
	p.Aside(func() error { b.WriteString("a result\n"); return nil })
	p.Aside(func() error { b.WriteString("another\n"); return nil })
	p.Done("slow.example.com")
	p.End()
	line := "\r\x1b[Kwaiting for slow.example.com (3 s)"
	if want := "a result\n" + line + "\r\x1b[Kanother\n" + line + "\r\x1b[K"; b.String() != want {
		t.Errorf("%q, not %q", b.String(), want)
	}
	var none *Progress
	none.Start("a")
	none.Aside(func() error { return nil })
	none.Done("a")
	none.End()
}

// TestProgressOfMany counts.
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
