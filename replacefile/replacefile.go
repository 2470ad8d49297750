// Package replacefile replaces files so that a reader sees the old content or
// the new, never a part, and so that no link that another user has laid is
// followed. Hold is for a system's own files, which are more than their content.
//
// All who write files go through it.
package replacefile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"rdnsproxy/safetext"
)

// ErrNotRegular says that at the path there is something else than a regular
// file: a symbolic link, a folder, a FIFO, a device.
var ErrNotRegular = errors.New("not a regular file")

// Options says how to replace. The zero value makes a file that only its owner
// can read and write, and that survives a power failure.
type Options struct {
	// Perm are the new file's permissions, whatever the umask. If 0, 0600.
	Perm fs.FileMode

	// Volatile leaves out the waits for the disk: for caches, whose reader must
	// expect an empty or torn file after a crash.
	Volatile bool

	// umask leaves the permissions to the umask, as those of any new file.
	umask bool

	// like is the file whose owner, permissions, label and other attributes the
	// new one gets; if nil, it gets Perm.
	like *os.File
}

// Write replaces path, or creates it, with what write writes. It is
// Options.Replace with the permissions alone.
func Write(path string, perm fs.FileMode, write func(io.Writer) error) error {
	return Options{Perm: perm}.Replace(path, write)
}

// Replace gives path the content that write writes: first in a new file beside
// it, which then takes its name; a symbolic link is refused. If anything fails, an
// error of write included, path stays what it was and nothing is left behind, but
// for ErrWritten, which says that path has the new content. Errors name the file.
func (o Options) Replace(path string, write func(io.Writer) error) error {
	if err := o.replace(path, write); err != nil {
		return fmt.Errorf("%s: %w", safetext.Line(path), reason(err))
	}
	return nil
}

func (o Options) replace(path string, write func(io.Writer) error) error {
	// Both names are used relative to the opened folder, which stays the same one
	// even if somebody renames it meanwhile.
	dir, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	name := filepath.Base(path)
	if name == string(filepath.Separator) { // which is in no folder
		return ErrNotRegular
	}
	if err := replaceable(dir, name); err != nil {
		return err
	}
	return o.replaceIn(dir, name, write)
}

// replaceIn is Replace in an opened folder. Its errors do not name the file.
func (o Options) replaceIn(dir *os.Root, name string, write func(io.Writer) error) error {
	temp, err := o.prepare(dir, name, write)
	if err != nil {
		return err
	}
	if err := dir.Rename(temp, name); err != nil {
		return errors.Join(reason(err), dir.Remove(temp))
	}
	if o.Volatile {
		return nil
	}
	return written(syncFolder(dir))
}

// prepare writes the new content into a file of its own and gives its name.
func (o Options) prepare(dir *os.Root, name string, write func(io.Writer) error) (string, error) {
	perm := fs.FileMode(0o600)
	if o.umask {
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
	if err := write(nameless{f}); err != nil {
		return "", err
	}
	if err := o.dress(f); err != nil {
		return "", reason(err)
	}
	if !o.Volatile {
		if err := f.Sync(); err != nil {
			return "", reason(err)
		}
	}
	if err := f.Close(); err != nil {
		return "", reason(err)
	}
	done = true
	return temp, nil
}

// create makes the file of its own, and keeps it locked while this process writes
// it: by that SweepLeft knows it from one that a killed process has left.
func create(dir *os.Root, name string, perm fs.FileMode) (temp string, f *os.File, err error) {
	const tries = 3 // each is lost to a sweep between the two steps
	for range tries {
		temp = tempName(name)
		// O_EXCL never opens what is there already, a link included.
		if f, err = dir.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm); err != nil {
			return "", nil, reason(err)
		}
		if got, err := tryLock(f); err != nil || got && (&Lock{dir: dir, name: temp, file: f}).stands() {
			return temp, f, nil // without locks there are no sweeps
		}
		f.Close()
		dir.Remove(temp)
	}
	return "", nil, ErrLocked
}

// nameless is a file whose errors do not name it: nobody knows the name.
type nameless struct{ f *os.File }

func (n nameless) Write(p []byte) (int, error) {
	written, err := n.f.Write(p)
	return written, reason(err)
}

// dress gives a new file its permissions.
func (o Options) dress(f *os.File) error {
	switch {
	case o.like != nil:
		return keepAttributes(f, o.like)
	case o.umask:
		return nil
	case o.Perm == 0:
		return f.Chmod(0o600)
	}
	return f.Chmod(o.Perm)
}

// A file that is being written is named after the one that it will be, with a
// text of letters and digits that nobody would think of.
const (
	tempMark  = ".new-"
	tempText  = 26
	tempBytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" // as rand.Text has them
)

func tempName(name string) string { return "." + name + tempMark + rand.Text()[:tempText] }

// TempOf reports whether a file of this name is one that a replacement of some
// file left behind when it was killed, and of which. It is exact: a name that
// somebody else could have chosen is none.
func TempOf(name string) (target string, ok bool) {
	name, dotted := strings.CutPrefix(name, ".")
	i := len(name) - tempText - len(tempMark)
	if !dotted || i < 1 || name[i:i+len(tempMark)] != tempMark || strings.Trim(name[i+len(tempMark):], tempBytes) != "" {
		return "", false
	}
	return name[:i], true
}

// replaceable refuses to put a file where something else is.
func replaceable(dir *os.Root, name string) error {
	switch info, err := dir.Lstat(name); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return ErrNotRegular
	}
	return nil
}
