package replacefile

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

// Lock is what one process at a time has. It goes with the process, however that
// ends.
type Lock struct {
	dir  *os.Root
	name string
	file *os.File
	made bool // by this process: it was not there
}

// TakeLock waits until nobody else has the lock of a name, a file of 0600 in a
// folder that others may not write: what others can open they can lock, and so
// keep everybody from it. The error is ErrLocked if that takes too long, else
// ErrNotRegular or the system's.
//
// The file is made here and removed by Release, for it shall not stay in a folder
// like /etc. Whoever has waited for one that was removed meanwhile finds that it
// no longer has the name, and begins again; one that a killed process has left is
// taken over, if it is nothing but a lock. One that this user may not open is
// somebody's who has it.
func TakeLock(dir *os.Root, name string, wait time.Duration) (*Lock, error) {
	const shortest, longest = time.Millisecond, 32 * time.Millisecond
	until := time.Now().Add(wait)
	for pause := shortest; ; pause = min(2*pause, longest) {
		l, err := openLock(dir, name)
		got := false
		if err == nil {
			if got, err = tryLock(l.file); err == nil && got && l.stands() {
				return l, nil
			}
			if err != nil && l.made && l.stands() { // it cannot be locked here, and is nobody's
				l.dir.Remove(l.name)
			}
			l.file.Close()
		}
		switch {
		case err != nil && !errors.Is(err, errTaken):
			return nil, reason(err)
		case time.Now().After(until):
			return nil, ErrLocked
		case !got:
			time.Sleep(pause)
		}
	}
}

// errTaken says that there is a lock, of another user, or was a moment ago.
var errTaken = errors.New("taken")

func openLock(dir *os.Root, name string) (*Lock, error) {
	f, err := dir.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL|openCarefully, 0o600)
	if err == nil {
		return &Lock{dir, name, f, true}, nil
	}
	if !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	info, err := dir.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && links(info) == 0: // it has just been released
		return nil, errTaken
	case err != nil:
		return nil, err
	case !isLock(info): // before the open, which may have effects on a device
		return nil, ErrNotRegular
	}
	f, err = dir.OpenFile(name, os.O_RDWR|openCarefully, 0)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil, errTaken
	}
	return &Lock{dir, name, f, false}, err
}

// isLock says that a file is nothing but a lock: it is empty and has no other name,
// by which somebody could have laid a file here that is no lock.
func isLock(info fs.FileInfo) bool {
	return info.Mode().IsRegular() && info.Size() == 0 && links(info) == 1
}

// stands says that the name is still that of the locked file.
func (l *Lock) stands() bool {
	is, err := l.dir.Lstat(l.name)
	if err != nil {
		return false
	}
	ours, err := l.file.Stat()
	return err == nil && os.SameFile(is, ours)
}

// Release lets the next one have it.
func (l *Lock) Release() {
	if l.stands() { // else somebody has removed it, and it may be another's by now
		l.dir.Remove(l.name)
	}
	l.file.Close()
}
