package lab

import (
	"os"
	"os/signal"
	"syscall"
)

// DefaultSignals makes sure that processes started by a test have the default action
// for the signals of a terminal, even if the test was started with them ignored (by
// nohup, or in the background of a shell without job control): an ignored signal is
// inherited, a caught one is not. The test itself still ignores them.
func DefaultSignals() {
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGHUP, syscall.SIGTERM} {
		if signal.Ignored(s) {
			signal.Notify(make(chan os.Signal, 1), s)
		}
	}
}
