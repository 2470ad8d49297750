package console

import (
	"io/fs"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"rdnsproxy/internal/parent"
)

// stderr writes where the user will read the relay's messages. With ControlPersist
// ssh points its ProxyCommand's stderr at /dev/null; then the messages go to ssh's own
// stderr, provided that the parent really is ssh. If that is /dev/null too, the user
// wants silence.
//
// ssh does so because a program that reads ssh's stderr waits until every process
// has closed it (OpenSSH bug 1988). So it is opened only while a line is written,
// and not at all if there is nothing to say.
//
// If nobody reads, so that a pipe is full, the relay waits once and then gives up: a
// login must not depend on somebody reading its warnings.
type stderr struct {
	own  *os.File
	full atomic.Bool // the pipe was not read in time
}

// fullPipeWait is how long to wait for room in a full pipe.
const fullPipeWait = time.Second

// NewRelayVoice returns a Voice that writes where the user of the relay will read
// it, even if ssh has redirected stderr to /dev/null.
func NewRelayVoice(w World, quiet, verbose bool) *Voice {
	at := &stderr{own: w.Err}
	hints := func() bool { return verbose || at.terminal() }
	return &Voice{w: at, hints: hints, Quiet: quiet, Verbose: verbose}
}

// Write returns an error if nobody reads, but never blocks for long and never ends
// the process: a warning that nobody reads must not end the session.
func (s *stderr) Write(b []byte) (n int, err error) {
	SurviveSIGPIPE()
	s.with(func(f *os.File) {
		if s.full.Load() || !takes(f, fullPipeWait) {
			s.full.Store(true)
			err = os.ErrDeadlineExceeded
			return
		}
		n, err = f.Write(b)
	})
	return n, err
}

func (s *stderr) terminal() (is bool) {
	s.with(func(f *os.File) { is = IsTerminal(f) })
	return is
}

// with calls do with the stream that the user reads.
func (s *stderr) with(do func(*os.File)) {
	f := s.own
	if silencedBySSH(f) {
		if parents, err := parent.OpenStderr(); err == nil {
			defer parents.Close()
			f = parents
		}
	}
	do(f)
}

// silencedBySSH reports whether f is a null device that ssh opened, not one that the
// user asked for: ssh's stdfd_devnull opens it for reading and writing, a shell's
// 2>/dev/null for writing only.
func silencedBySSH(f *os.File) bool {
	return isNull(f) && readable(f) && parent.IsSSH()
}

// isNull reports whether f is the null device.
func isNull(f *os.File) bool {
	if f == nil {
		return false
	}
	mine, err := f.Stat()
	if err != nil || mine.Mode()&fs.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err == nil && os.SameFile(mine, null)
}

// SurviveSIGPIPE keeps a failed write to stderr from ending the process. Go's
// runtime starts threads for signal.Notify and waits for them, so the relay calls it
// in the background, and only its first message has to wait.
var SurviveSIGPIPE = sync.OnceFunc(func() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
})
