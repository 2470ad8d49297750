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
}

// TakeLock waits until nobody else has the lock of a name, a file of 0600 in a
// folder that others may not write: what others can open they can lock, and so
// keep everybody from it. The error is ErrLocked if that takes too long, else
// ErrNotRegular or the system's.
//
// The file is made here and removed by Release, for it shall not stay in a folder
// like /etc. Whoever has waited for one that was removed meanwhile finds that it
// no longer has the name, and begins again; one that a killed process has left is
// taken over.
func TakeLock(dir *os.Root, name string, wait time.Duration) (*Lock, error) {
	const shortest, longest = time.Millisecond, 32 * time.Millisecond
	until := time.Now().Add(wait)
	for pause := shortest; ; pause = min(2*pause, longest) {
		l, err := openLock(dir, name)
		if err != nil {
			return nil, err
		}
		got, err := tryLock(l.file)
		if err == nil && got && l.stands() {
			return l, nil
		}
		l.file.Close()
		switch {
		case err != nil:
			return nil, err
		case time.Now().After(until):
			return nil, ErrLocked
		case !got:
			time.Sleep(pause)
		}
	}
}

func openLock(dir *os.Root, name string) (*Lock, error) {
	if info, err := dir.Lstat(name); err == nil && !info.Mode().IsRegular() { // before the open, which may have effects on a device
		return nil, ErrNotRegular
	}
	f, err := dir.OpenFile(name, os.O_RDWR|os.O_CREATE|openCarefully, 0o600)
	if errors.Is(err, fs.ErrNotExist) { // a link that leads nowhere has come between
		err = ErrNotRegular
	}
	return &Lock{dir, name, f}, err
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
