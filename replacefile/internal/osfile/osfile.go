// Package osfile holds what operating systems do in different ways to single files:
// opening without following a link, owners, locks, syncing a directory.
package osfile

import (
	"errors"
	"io/fs"
	"os"
)

// Errors that several of the rooms above return.
var (
	ErrNotRegular = errors.New("not a regular file")
	ErrNotOwned   = errors.New("belongs to another user")
	ErrLocked     = errors.New("locked by another process")
	ErrChanged    = errors.New("changed since it was read; nothing was written")
	ErrWritten    = errors.New("written, but an error followed")
)

// Cause drops the path from an error: within an opened directory it is a bare name.
func Cause(err error) error {
	switch e := err.(type) {
	case *fs.PathError:
		return e.Err
	case *os.LinkError:
		return e.Err
	}
	return err
}

// HasName reports whether the name in a directory is still that of an open file.
func HasName(dir *os.Root, name string, f *os.File) bool {
	named, err := dir.Lstat(name)
	if err != nil {
		return false
	}
	opened, err := f.Stat()
	return err == nil && os.SameFile(named, opened)
}
