package relay

import (
	"os"
	"runtime"
	"testing"
	"time"
)

func TestLoopLeavesNothingBehind(t *testing.T) {
	count := func() (files, goroutines int) {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(entries), runtime.NumGoroutine()
	}
	once := func() {
		r := newRig(t)
		r.start(Pipes.Run)
		r.exchange(1<<10, 1)
		r.end(NetworkEnded)
		for _, f := range []interface{ Close() error }{r.write, r.read, r.peer, r.pipes.In} {
			f.Close()
		}
	}
	once() // what stays for good, such as the runtime's poller, stands after the first
	files, goroutines := count()
	for range 20 {
		once()
	}
	var f, g int
	for limit := time.Now().Add(hangs); time.Now().Before(limit); time.Sleep(10 * time.Millisecond) {
		if f, g = count(); f <= files && g <= goroutines {
			return
		}
	}
	t.Errorf("after 20 sessions: %d files and %d goroutines, before: %d and %d", f, g, files, goroutines)
}
