package cli

import (
	"io/fs"
	"os"
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
