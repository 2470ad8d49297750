package replacefile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"rdnsproxy/safetext"
)

// ErrFolder says that at the path of a file there is a folder.
var ErrFolder = errors.New("is a folder")

// Output gives the file at a path what write writes, for a report that a user has
// asked to have there. A regular file is replaced as a whole or not at all; it keeps
// its owner, permissions and other attributes, and a new one gets its permissions
// from the umask. A device, a FIFO or a descriptor of this process (/dev/stderr,
// /dev/fd/N) is written as it comes.
//
// Symbolic links are followed, but not one that another user has laid where
// everybody may: that is ErrForeignLink. A file of another user's there is
// ErrNotOwned, also to root. What a killed process has left is swept. Errors name
// the file.
func Output(path string, write func(io.Writer) error) error {
	if err := output(path, write); err != nil {
		return fmt.Errorf("%s: %w", safetext.Line(path), reason(err))
	}
	return nil
}

func output(path string, write func(io.Writer) error) error {
	if f, ok := descriptor(path); ok {
		return writeTo(f, write)
	}
	w, err := follow(path)
	if err != nil {
		return err
	}
	defer w.dir.Close()
	if err := w.laid(); err != nil {
		return err
	}
	info, err := w.dir.Lstat(w.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		sweepLeft(w.dir, w.name)
		return Options{umask: true}.replaceIn(w.dir, w.name, write)
	case err != nil:
		return err
	case info.IsDir():
		return ErrFolder
	case !mine(w.dir, info):
		return ErrNotOwned
	case info.Mode().IsRegular():
		return w.replace(write)
	case info.Mode().Type()&^(fs.ModeDevice|fs.ModeCharDevice|fs.ModeNamedPipe) != 0:
		return ErrNotRegular
	}
	f, err := w.dir.OpenFile(w.name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return writeTo(f, write)
}

// replace puts a new file in the place of a regular one.
func (w *way) replace(write func(io.Writer) error) error {
	old, err := w.dir.OpenFile(w.name, os.O_RDONLY|openCarefully, 0)
	if err != nil {
		return err
	}
	defer old.Close()
	sweepLeft(w.dir, w.name)
	return Options{like: old}.replaceIn(w.dir, w.name, write)
}

// mine reports whether this user may write what is in a folder as his own. Root may
// write everybody's, but not where everybody could have laid it, as Linux's
// protected_regular and protected_fifos say (proc(5)); a device is nobody's content.
func mine(dir *os.Root, info fs.FileInfo) bool {
	if OwnedByUser(info) || info.Mode()&fs.ModeDevice != 0 {
		return true
	}
	folder, err := dir.Stat(".")
	return err == nil && isRoot() && folder.Mode()&fs.ModeSticky == 0
}

func writeTo(f *os.File, write func(io.Writer) error) error {
	err := write(nameless{f})
	if closing := f.Close(); err == nil {
		err = reason(closing)
	}
	return err
}

// sweepLeft removes what killed processes have left of files that were to have a
// name: those of this user's that no process has locked.
func sweepLeft(dir *os.Root, name string) {
	folder, err := dir.Open(".")
	if err != nil {
		return
	}
	defer folder.Close()
	entries, _ := folder.ReadDir(-1)
	for _, e := range entries {
		if target, ok := TempOf(e.Name()); !ok || target != name {
			continue
		}
		info, err := dir.Lstat(e.Name())
		if err != nil || !info.Mode().IsRegular() || !OwnedByUser(info) {
			continue
		}
		f, err := dir.OpenFile(e.Name(), os.O_RDONLY|openCarefully, 0)
		if err != nil {
			continue
		}
		if free, err := tryLock(f); err == nil && free {
			dir.Remove(e.Name())
		}
		f.Close()
	}
}
