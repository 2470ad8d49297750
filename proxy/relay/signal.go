package relay

import (
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// hangupSignals are the signals by which ssh, a terminal or a person ends a
// ProxyCommand: ssh sends SIGHUP and does not wait. Ctrl-\ kills ssh, and without a
// handler Go's runtime would print all goroutines on the user's terminal.
var hangupSignals = [...]os.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM}

// onHangup calls leave, from a goroutine of its own, when a signal or Hangup shows that
// ssh has gone. hurry is true if ssh has already written its last bytes; Ctrl-C reaches
// ssh and the helper at the same time. After stop has returned, leave is not running and
// will not be called.
//
// A signal that was ignored at the start stays ignored: sftp ignores SIGINT for
// its ssh, the helper inherits that, and Ctrl-C must stop a transfer, not the
// session. (Go keeps an inherited SIG_IGN for SIGHUP and SIGINT; for SIGTERM its runtime
// has installed a handler before main starts.)
func (p Pipes) onHangup(leave func(hurry bool)) (stop func()) {
	surviveSignals()
	heard := make(chan os.Signal, 1)
	notify(heard, hangupSignals[:]...)

	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for hurry := false; !hurry; {
			select {
			case s := <-heard:
				hurry = s != syscall.SIGINT
			case <-p.Hangup:
				hurry = true
			case <-quit:
				return
			}
			leave(hurry)
		}
	}()
	return func() {
		close(quit)
		<-done
		go signal.Stop(heard) // the runtime's threads take their time, and most callers end here
	}
}

// surviveSignals disables the default action of two signals for good. SIGPIPE: a failed
// write shows the same, and a closed stderr must not kill a session. SIGHUP: ssh sends
// it at about the time when its pipes close, so it can come when a session has just
// ended, and must not interrupt what the caller still does.
var surviveSignals = sync.OnceFunc(func() {
	notify(make(chan os.Signal, 1), syscall.SIGPIPE, syscall.SIGHUP)
})

func notify(c chan<- os.Signal, signals ...os.Signal) {
	for _, s := range signals {
		if !signal.Ignored(s) {
			signal.Notify(c, s)
		}
	}
}
