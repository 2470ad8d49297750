package cli

import (
	"io"
	"io/fs"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// userStderr is where a person will read what the relay says. With ControlPersist
// ssh points its helper's stderr at /dev/null, and then its own is meant: but
// only the parent's, and only if the parent is ssh. Where that is /dev/null too
// the user wants silence.
func userStderr(w World) *os.File {
	if !isNull(w.Err) || !parentIsSSH() {
		return w.Err
	}
	f, err := openParentStderr()
	if err != nil {
		return w.Err
	}
	return f
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

// unread is a stream that nobody may read: a warning that is not wanted must not
// end the session. A write to it fails, and no more.
type unread struct{ io.Writer }

func (u unread) Write(b []byte) (int, error) {
	surviveSIGPIPE()
	return u.Writer.Write(b)
}

// surviveSIGPIPE keeps a failed write to stderr from ending the process. To hear
// of a signal Go's runtime starts threads, and waits for them: so the relay lets
// that happen beside all else, and only its first word waits for it.
var surviveSIGPIPE = sync.OnceFunc(func() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
})
