package console

import (
	"io/fs"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// stderr is where a person will read what the relay says. With ControlPersist ssh
// points its helper's stderr at /dev/null, and then its own is meant: but only
// the parent's, and only if the parent is ssh. Where that is /dev/null too the
// user wants silence.
//
// ssh does so because whoever reads its stderr waits until everybody has closed
// it (OpenSSH's bug 1988). So its stderr is held for as long as one line takes,
// and a relay that has nothing to say never opens it.
//
// Who does not read at all, so that a pipe is full, is waited for once: a login does
// not depend on somebody reading its warnings.
type stderr struct {
	own  *os.File
	full atomic.Bool // nobody has read in time
}

// unread is how long a full pipe is waited for.
const unread = time.Second

// RelayVoice speaks where the user of the relay reads.
func RelayVoice(w World, quiet, verbose bool) *Voice {
	at := &stderr{own: w.Err}
	return &Voice{w: at, hints: func() bool { return verbose || at.terminal() }, Quiet: quiet, Verbose: verbose}
}

// Write fails where nobody may read, and no more: a warning that is not wanted
// must not end the session.
func (s *stderr) Write(b []byte) (n int, err error) {
	SurviveSIGPIPE()
	s.with(func(f *os.File) {
		if s.full.Load() || !takes(f, unread) {
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

// with lends the stream that a person reads.
func (s *stderr) with(do func(*os.File)) {
	f := s.own
	if silencedBySSH(f) {
		if parents, err := openParentStderr(); err == nil {
			defer parents.Close()
			f = parents
		}
	}
	do(f)
}

// silencedBySSH tells the null device that ssh gives its helper from the one that
// a user has asked for: ssh's stdfd_devnull opens it for reading and writing, a
// shell's 2>/dev/null for writing only.
func silencedBySSH(f *os.File) bool {
	return isNull(f) && readable(f) && ParentIsSSH()
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

// SurviveSIGPIPE keeps a failed write to stderr from ending the process. To hear
// of a signal Go's runtime starts threads, and waits for them: so the relay lets
// that happen beside all else, and only its first word waits for it.
var SurviveSIGPIPE = sync.OnceFunc(func() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
})
