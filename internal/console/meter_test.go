package console

import (
	"strings"
	"testing"
	"time"
)

// TestMeter: the line appears after a while, not too often, fits the terminal, and is
// removed.
func TestMeter(t *testing.T) {
	var b strings.Builder
	m := &Meter{w: &b, width: func() int { return 20 }, began: time.Now()}
	m.Show("too early")
	m.Clear()
	if b.Len() > 0 {
		t.Errorf("%q was shown before the line was due", b.String())
	}
	m.began = time.Now().Add(-2 * time.Second)
	m.Show("read 1 of 2 GiB, 1 million lines")
	m.Show("too soon")
	m.Clear()
	m.Clear()
	if want := "\r\x1b[Kread 1 of 2 GiB,...\r\x1b[K"; b.String() != want {
		t.Errorf("%q, not %q", b.String(), want)
	}
	var none *Meter
	none.Show("a")
	none.Clear()
}

// TestUTF8: the first variable that is set decides.
func TestUTF8(t *testing.T) {
	for env, want := range map[string]bool{
		"LANG=de_DE.UTF-8": true, "LC_ALL=C LANG=de_DE.UTF-8": false, "LC_CTYPE=C.utf8 LANG=C": true,
		"LANG=de_DE@euro": false, "LANG=de_DE.UTF-8@euro": true, "LC_ALL= LANG=en_US.UTF-8": true,
	} {
		if got := (World{Env: strings.Fields(env)}).UTF8(); got != want {
			t.Errorf("%s: %t", env, got)
		}
	}
}
