package replacefile

import (
	"io/fs"
	"os"

	"rdnsproxy/replacefile/internal/osfile"
	"rdnsproxy/replacefile/internal/pathwalk"
)

// OpenAppend opens a log for writing at its end. It creates it, 0600, if it does not
// exist, and leaves the permissions of one that exists as they are. Anything but a
// regular file, a symbolic link included, is ErrNotRegular, and another user's file is
// ErrNotOwned: in a directory like /tmp anybody could have planted it. A symbolic link
// that another user has planted on the way is ErrForeignLink. A FIFO without a reader
// does not block. Each Write appends in one piece.
func OpenAppend(path string) (*os.File, error) {
	f, err := openAppend(path, os.O_WRONLY, 0o600)
	return f, named(path, err)
}

// OpenJournal is OpenAppend for a file that is read and cut too, and that one process at a
// time has: ErrLocked says that another one does. A new file gets its permissions from the
// umask. On a file system without locks nobody is kept out.
func OpenJournal(path string) (*os.File, error) {
	f, err := openAppend(path, os.O_RDWR, 0o666)
	if err != nil {
		return nil, named(path, err)
	}
	if got, err := osfile.TryLock(f); err == nil && !got {
		f.Close()
		return nil, named(path, ErrLocked)
	}
	return f, nil
}

func openAppend(path string, access int, perm fs.FileMode) (*os.File, error) {
	p, err := pathwalk.ResolveDir(path)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	if err := p.CheckLinks(); err != nil {
		return nil, err
	}
	if info, err := p.Dir.Lstat(p.Name); err == nil {
		if err := ownRegular(info); err != nil { // before the open, which may have effects on a device
			return nil, err
		}
	}
	f, err := p.Dir.OpenFile(p.Name, access|os.O_APPEND|os.O_CREATE|osfile.OpenFlags, perm)
	if err != nil {
		if info, lerr := p.Dir.Lstat(p.Name); lerr == nil && !info.Mode().IsRegular() {
			err = ErrNotRegular
		}
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		err = ownRegular(info)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func ownRegular(info fs.FileInfo) error {
	switch {
	case !info.Mode().IsRegular():
		return ErrNotRegular
	case !OwnedByUser(info):
		return ErrNotOwned
	}
	return nil
}
