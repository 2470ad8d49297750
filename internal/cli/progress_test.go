package cli

import (
	"strings"
	"testing"
	"time"
)

// TestProgressOfAHandful: one slow target gets its line after a while, a quick one
// gets none, and what is written meanwhile stands on a line of its own.
func TestProgressOfAHandful(t *testing.T) {
	var b strings.Builder
	p := &progress{w: &b, total: 1, began: time.Now(), stop: make(chan struct{})}
	p.start("slow.example.com")
	p.aside(func() error { return nil })
	if b.Len() > 0 {
		t.Errorf("%q before anybody has waited", b.String())
	}
	p.began = time.Now().Add(-3 * time.Second)
	p.aside(func() error { b.WriteString("a result\n"); return nil })
	p.aside(func() error { b.WriteString("another\n"); return nil })
	p.done("slow.example.com")
	p.end()
	line := "\r\x1b[Kwaiting for slow.example.com (3 s)"
	if want := "a result\n" + line + "\r\x1b[Kanother\n" + line + "\r\x1b[K"; b.String() != want {
		t.Errorf("%q, not %q", b.String(), want)
	}
	var none *progress
	none.start("a")
	none.aside(func() error { return nil })
	none.done("a")
	none.end()
}

// TestProgressOfMany counts.
func TestProgressOfMany(t *testing.T) {
	var b strings.Builder
	p := &progress{w: &b, total: 100, began: time.Now(), stop: make(chan struct{})}
	p.start("a")
	p.done("a")
	p.end()
	if want := "\r\x1b[K1 of 100 targets\r\x1b[K"; b.String() != want {
		t.Errorf("%q, not %q", b.String(), want)
	}
}
