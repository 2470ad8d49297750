package replacefile

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"rdnsproxy/replacefile/internal/osfile"
)

// OpenShared opens a file of the user's own for reading and writing, in a directory that
// others may not write to, and keeps other processes out until it is closed. It creates
// the file, 0600, and leaves it there, so that one system call locks it: for files that
// are rewritten too often to be replaced each time. A process that is killed while it
// writes leaves a torn file.
//
// The error is ErrLocked if others have it for longer than wait, ErrNotRegular,
// ErrNotOwned or the system's.
func OpenShared(dir *os.Root, name string, wait time.Duration) (*os.File, error) {
	if info, err := dir.Lstat(name); err == nil {
		if err := ownRegular(info); err != nil { // before the open, which may have effects on a device
			return nil, err
		}
	}
	f, err := dir.OpenFile(name, os.O_RDWR|os.O_CREATE|osfile.OpenFlags, 0o600)
	if err != nil {
		return nil, osfile.Cause(err)
	}
	info, err := f.Stat()
	if err == nil {
		err = errors.Join(ownRegular(info), onlyName(info))
	}
	if err == nil {
		err = lockWithin(f, wait)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// onlyName refuses a file that has another name, by which somebody could have planted it
// here.
func onlyName(info fs.FileInfo) error {
	if osfile.Links(info) != 1 {
		return ErrNotRegular
	}
	return nil
}

func lockWithin(f *os.File, wait time.Duration) error {
	const shortest, longest = 50 * time.Microsecond, 5 * time.Millisecond
	until := time.Now().Add(wait)
	for pause := shortest; ; pause = min(2*pause, longest) {
		got, err := osfile.TryLock(f)
		switch {
		case err != nil:
			return osfile.Cause(err)
		case got:
			return nil
		case time.Now().After(until):
			return ErrLocked
		}
		time.Sleep(pause)
	}
}
