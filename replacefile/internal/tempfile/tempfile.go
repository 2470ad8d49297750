// Package tempfile writes new content to a file of its own beside the file that it will
// replace, and removes what killed processes have left of such files.
package tempfile

import (
	"io"
	"io/fs"
	"os"

	"rdnsproxy/replacefile/internal/attributes"
	"rdnsproxy/replacefile/internal/osfile"
)

// Options says how to write. The zero value makes a file of 0600 that survives a power
// failure.
type Options struct {
	Perm     fs.FileMode // whatever the umask; if 0, 0600
	Volatile bool        // do not wait for the disk
	Umask    bool        // leave the permissions to the umask
	Like     *os.File    // copy the attributes of this file; if nil, set Perm
}

// Prepare writes the new content of a name in a directory to a temporary file, and
// returns that file's name. Errors do not name the file.
func (o Options) Prepare(dir *os.Root, name string, write func(io.Writer) error) (string, error) {
	perm := fs.FileMode(0o600)
	if o.Umask {
		perm = 0o666
	}
	temp, f, err := create(dir, name, perm)
	if err != nil {
		return "", err
	}
	done := false
	defer func() { // also when write panics
		if !done {
			f.Close()
			dir.Remove(temp)
		}
	}()
	if err := write(Nameless{f}); err != nil {
		return "", err
	}
	if err := o.applyAttributes(f); err != nil {
		return "", osfile.Cause(err)
	}
	if !o.Volatile {
		if err := f.Sync(); err != nil {
			return "", osfile.Cause(err)
		}
	}
	if err := f.Close(); err != nil {
		return "", osfile.Cause(err)
	}
	done = true
	return temp, nil
}

// create makes the temporary file. It is locked for as long as it is open, by which
// SweepUnlocked knows it from one that a killed process has left.
func create(dir *os.Root, name string, perm fs.FileMode) (temp string, f *os.File, err error) {
	const tries = 3 // a sweep between the two steps can remove the file
	for range tries {
		temp = newName(name)
		// O_EXCL never opens what exists, a link included.
		if f, err = dir.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm); err != nil {
			return "", nil, osfile.Cause(err)
		}
		if got, err := osfile.TryLock(f); err != nil || got && osfile.HasName(dir, temp, f) {
			return temp, f, nil // without locks there are no sweeps
		}
		f.Close()
		dir.Remove(temp)
	}
	return "", nil, osfile.ErrLocked
}

// applyAttributes gives a new file its permissions, and the other attributes of Like.
func (o Options) applyAttributes(f *os.File) error {
	switch {
	case o.Like != nil:
		return attributes.Copy(f, o.Like)
	case o.Umask:
		return nil
	case o.Perm == 0:
		return f.Chmod(0o600)
	}
	return f.Chmod(o.Perm)
}

// Nameless is a file whose errors do not name it: users do not know the name.
type Nameless struct{ File *os.File }

func (n Nameless) Write(p []byte) (int, error) {
	written, err := n.File.Write(p)
	return written, osfile.Cause(err)
}
