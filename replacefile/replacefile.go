// Package replacefile replaces files so that a reader sees the old content or the new,
// never a part of either, and so that no symbolic link of another user's is followed.
//
// # Which function to use
//
// Write and Options.Replace are for the program's own files: they get the permissions
// that the caller says. Output is for a report at a path that the user has given: it
// follows links, keeps the attributes of a file that exists, and writes to devices,
// FIFOs and descriptors. OpenAppend is for logs. Package lockedfile below this one is
// for a system's own files, such as /etc/hosts.
//
// # Locks
//
// A Lock lets one process at a time read, change and replace a file. OpenShared opens
// a small file that is locked and rewritten in place.
package replacefile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"rdnsproxy/replacefile/internal/attributes"
	"rdnsproxy/replacefile/internal/osfile"
	"rdnsproxy/replacefile/internal/pathwalk"
	"rdnsproxy/replacefile/internal/tempfile"
	"rdnsproxy/safetext"
)

// Errors of this package, besides the system's.
var (
	// ErrNotRegular says that the path is not a regular file but a symbolic link, a
	// directory, a FIFO or a device.
	ErrNotRegular = osfile.ErrNotRegular

	// ErrNotOwned says that a file belongs to another user.
	ErrNotOwned = osfile.ErrNotOwned

	// ErrForeignLink says that another user has made a symbolic link on the way, in a
	// directory where many may.
	ErrForeignLink = pathwalk.ErrForeignLink

	// ErrLocked says that another process had the lock for as long as was waited.
	ErrLocked = osfile.ErrLocked

	// ErrNotKept says that a new file cannot get the old one's attributes.
	ErrNotKept = attributes.ErrNotKept

	// ErrWritten says that the file has its new content all the same: it may not survive
	// a power failure.
	ErrWritten = osfile.ErrWritten
)

// OwnedByUser reports whether a file belongs to the user as whom this process acts. On
// Windows it is true.
func OwnedByUser(info fs.FileInfo) bool { return osfile.OwnedByUser(info) }

// Options says how to replace. The zero value makes a file that only its owner can
// read and write, and that survives a power failure.
type Options struct {
	// Perm are the new file's permissions, whatever the umask. If 0, 0600.
	Perm fs.FileMode

	// Volatile leaves out the waits for the disk: for caches, whose reader must expect
	// an empty or torn file after a crash.
	Volatile bool
}

// Write replaces path, or creates it, with what write writes. It is Options.Replace
// with the permissions alone.
func Write(path string, perm fs.FileMode, write func(io.Writer) error) error {
	return Options{Perm: perm}.Replace(path, write)
}

// Replace replaces the file at path with what write writes: first to a new file beside it,
// which is then renamed to path. A symbolic link is refused. If anything fails, including
// write itself, path stays as it was and nothing is left behind. The exception is
// ErrWritten. Errors name the file.
func (o Options) Replace(path string, write func(io.Writer) error) error {
	if err := o.replace(path, write); err != nil {
		return fmt.Errorf("%s: %w", safetext.Line(path), osfile.Cause(err))
	}
	return nil
}

func (o Options) replace(path string, write func(io.Writer) error) error {
	// Both names are used relative to the opened directory, which stays the same one
	// even if somebody renames it meanwhile.
	dir, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	name := filepath.Base(path)
	if name == string(filepath.Separator) { // which is in no directory
		return ErrNotRegular
	}
	if err := replaceable(dir, name); err != nil {
		return err
	}
	return replaceIn(dir, name, tempfile.Options{Perm: o.Perm, Volatile: o.Volatile}, write)
}

// replaceIn is Replace in an opened directory. Its errors do not name the file.
func replaceIn(dir *os.Root, name string, o tempfile.Options, write func(io.Writer) error) error {
	temp, err := o.Prepare(dir, name, write)
	if err != nil {
		return err
	}
	if err := osfile.Rename(dir, temp, name); err != nil {
		return errors.Join(osfile.Cause(err), dir.Remove(temp))
	}
	if o.Volatile {
		return nil
	}
	if err := osfile.SyncDir(dir); err != nil {
		return fmt.Errorf("%w: %w", ErrWritten, err)
	}
	return nil
}

// replaceable refuses to replace anything but a regular file.
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

// TempOf reports whether a file name is that of a temporary file, which a replacement
// leaves behind when it is killed, and which file that was to replace. It is exact: a
// name that somebody else could have chosen is not one.
func TempOf(name string) (target string, ok bool) { return tempfile.Target(name) }

// Sweep removes the temporary files that killed processes left when they replaced a file
// of mode 0600 that belongs to this user. The caller must hold the lock that all writers of
// the file use, so that no other process is preparing a replacement.
func Sweep(dir *os.Root, name string) { tempfile.Sweep(dir, nil, name) }
