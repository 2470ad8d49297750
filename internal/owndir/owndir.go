// Package owndir opens directories that only this user can have put files in, because the
// content of a cache is trusted.
package owndir

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"

	"rdnsproxy/replacefile"
)

// ErrUnsafe says that other users can write to the directory.
var ErrUnsafe = errors.New("other users can write to the cache directory")

// ErrLink says that the directory is a symbolic link, which can lead anywhere.
var ErrLink = errors.New("the cache directory is a symbolic link")

// ErrFile says that a file is none, or may be somebody else's work.
var ErrFile = errors.New("not a regular file that only you can write to")

// ErrTooLong says that a file is longer than the limit.
var ErrTooLong = errors.New("too long")

// Open opens the directory at path. The error is ErrUnsafe, ErrLink or the system's.
func Open(path string) (*os.Root, error) {
	switch info, err := os.Lstat(path); { // first: opening a FIFO would wait for a writer
	case err != nil:
		return nil, err
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, ErrLink
	case !info.IsDir():
		return nil, &fs.PathError{Op: "open", Path: path, Err: syscall.ENOTDIR}
	}
	dir, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	info, err := dir.Stat(".")
	if err == nil && !(info.IsDir() && private(info)) {
		err = ErrUnsafe
	}
	if err != nil {
		dir.Close()
		return nil, err
	}
	return dir, nil
}

// IsOwn reports whether a directory, such as $HOME, belongs to the effective user of this
// process. Under sudo $HOME often does not: the process would read another user's cache
// or, worse, leave root's files in a user's directory.
func IsOwn(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir() && replacefile.OwnedByUser(info)
}

// ReadFile reads a regular file of this user's that no other user can write to, at most
// limit bytes. The error is ErrTooLong, ErrFile or the system's.
func ReadFile(dir *os.Root, name string, limit int64) (string, error) {
	if info, err := dir.Lstat(name); err != nil {
		return "", err
	} else if !info.Mode().IsRegular() || !private(info) {
		return "", ErrFile
	}
	f, err := dir.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = ErrTooLong
	}
	return string(b), err
}
