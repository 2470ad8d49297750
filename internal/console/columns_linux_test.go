package console

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// TestProgressFitsANarrowTerminal: the line does not wrap, which would leave a part of it
// on the screen each time that it is drawn.
func TestProgressFitsANarrowTerminal(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	w := World{Err: terminal}
	for size, want := range map[uint16]int{20: 20, 40: 40, 100: 100, 0: DefaultWidth} {
		if err := unix.IoctlSetWinsize(int(terminal.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: size}); err != nil {
			t.Fatal(err)
		}
		p := NewProgress(w, false, 0, nil)
		m := NewMeter(w, false)
		if got := p.width(); got != want || m.width() != want {
			t.Errorf("%d columns have a line of %d and %d, not %d", size, got, m.width(), want)
		}
		p.End()
	}
}
