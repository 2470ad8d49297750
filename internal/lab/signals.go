package lab

import (
	"os"
	"os/signal"
	"syscall"
)

// DefaultSignals gives the processes that a test starts the signals of a terminal
// with their default meaning, where the test itself was started with them ignored
// (nohup, or in the background of a shell without job control): an ignored signal
// is inherited, one that is heard of is not. The test itself goes on ignoring them.
func DefaultSignals() {
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGHUP, syscall.SIGTERM} {
		if signal.Ignored(s) {
			signal.Notify(make(chan os.Signal, 1), s)
		}
	}
}
