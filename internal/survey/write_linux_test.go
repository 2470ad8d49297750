package survey

import (
	"os"
	"testing"

	"rdnsproxy/internal/console"

	"golang.org/x/sys/unix"
)

// TestResumeIsNoTerminal: with --resume and --output no result goes to the terminal, so
// the line of progress is not hidden for each.
func TestResumeIsNoTerminal(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	w := console.World{Out: terminal}
	for _, tt := range []struct {
		o        Options
		terminal bool
	}{{Options{}, true}, {Options{Output: "file"}, false}, {Options{Resume: "file"}, false}} {
		if r := tt.o.reportOptions(w); (r.Width > 0) != tt.terminal {
			t.Errorf("%q, %q: %d columns", tt.o.Output, tt.o.Resume, r.Width)
		}
	}
}
