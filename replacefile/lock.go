package replacefile

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"rdnsproxy/replacefile/internal/osfile"
)

// Lock is a lock file that one process at a time has. It ends with the process, however
// that ends.
type Lock struct {
	dir     *os.Root
	name    string
	file    *os.File
	created bool // by this process
}

// TakeLock waits for the lock of a name and takes it. The lock is a file of mode 0600 in a
// directory that others may not write to: if others could open it, they could lock it and
// keep everybody out. The error is ErrLocked if that takes too long, else ErrNotRegular or
// the system's.
//
// TakeLock creates the file and Release removes it, since it must not stay in a
// directory like /etc. A process that has waited for a file that was removed meanwhile
// notices that it no longer has the name, and begins again. A file that a killed process
// has left is taken over, if it is nothing but a lock. A file that this user may not open
// is another user's lock.
func TakeLock(dir *os.Root, name string, wait time.Duration) (*Lock, error) {
	const shortest, longest = time.Millisecond, 32 * time.Millisecond
	until := time.Now().Add(wait)
	for pause := shortest; ; pause = min(2*pause, longest) {
		l, err := openLock(dir, name)
		got := false
		if err == nil {
			if got, err = osfile.TryLock(l.file); err == nil && got && l.hasName() {
				return l, nil
			}
			if err != nil && l.created && l.hasName() { // the file system has no locks
				l.dir.Remove(l.name)
			}
			l.file.Close()
		}
		switch {
		case err != nil && !errors.Is(err, errTaken):
			return nil, osfile.Cause(err)
		case time.Now().After(until):
			return nil, ErrLocked
		case !got:
			time.Sleep(pause)
		}
	}
}

// errTaken says that another user has the lock, or that it was released just now.
var errTaken = errors.New("taken")

func openLock(dir *os.Root, name string) (*Lock, error) {
	f, err := dir.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL|osfile.OpenFlags, 0o600)
	if err == nil {
		return &Lock{dir, name, f, true}, nil
	}
	if !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	info, err := dir.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && osfile.Links(info) == 0: // it was released just now
		return nil, errTaken
	case err != nil:
		return nil, err
	case !isLock(info): // before the open, which may have effects on a device
		return nil, ErrNotRegular
	}
	f, err = dir.OpenFile(name, os.O_RDWR|osfile.OpenFlags, 0)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil, errTaken
	}
	return &Lock{dir, name, f, false}, err
}

// isLock reports whether a file is nothing but a lock: it is empty and has no other name,
// by which somebody could have planted a file here that is not a lock.
func isLock(info fs.FileInfo) bool {
	return info.Mode().IsRegular() && info.Size() == 0 && osfile.Links(info) == 1
}

// hasName reports whether the name is still that of the locked file.
func (l *Lock) hasName() bool { return osfile.HasName(l.dir, l.name, l.file) }

// GiveTo makes a lock that root has created the property of another file's owner, who
// could not take it over otherwise.
func (l *Lock) GiveTo(file fs.FileInfo) {
	if l.created {
		osfile.GiveTo(l.file, file)
	}
}

// Release lets the next process have it.
func (l *Lock) Release() {
	if l.hasName() { // else somebody has removed it, and it may be another's by now
		l.dir.Remove(l.name)
	}
	l.file.Close()
}
