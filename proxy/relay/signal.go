package relay

import (
	"os"
	"os/signal"
	"syscall"
)

// departures are the signals by which ssh, a terminal or a person ends a
// ProxyCommand: ssh sends SIGHUP and does not wait.
var departures = [...]os.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM}

// onDeparture calls leave, once and from a goroutine of its own, when a signal
// or Hangup says that ssh has gone. After stop has returned, leave neither runs
// nor will, and the signals are as before.
//
// A signal that was ignored at the start stays ignored: sftp ignores SIGINT for
// its ssh, the helper inherits that, and Ctrl-C must stop a transfer, not the
// session. (Go keeps an inherited SIG_IGN for SIGHUP and SIGINT; for SIGTERM
// its runtime has installed a handler before anybody could ask.)
//
// SIGPIPE is taken as well, and dropped: the failed write says the same, and a
// write to a stderr that nobody reads must not kill a session either.
func (p Pipes) onDeparture(leave func()) (stop func()) {
	heard := make(chan os.Signal, 1)
	for _, s := range departures {
		if !signal.Ignored(s) {
			signal.Notify(heard, s)
		}
	}
	deaf := make(chan os.Signal, 1)
	signal.Notify(deaf, syscall.SIGPIPE)

	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-heard:
		case <-p.Hangup:
		case <-quit:
			return
		}
		leave()
	}()
	return func() {
		close(quit)
		<-done
		signal.Stop(heard)
		signal.Stop(deaf)
	}
}
