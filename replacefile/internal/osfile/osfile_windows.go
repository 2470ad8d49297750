package osfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/windows"
)

// OpenFlags is empty: ordinary users cannot make symbolic links here, and there are no
// FIFOs among files.
const OpenFlags = 0

// Rename gives a file another name, over what has it. Windows refuses that while the
// other file is open, unless it was opened as Open does it; Rename tries again for
// patience.
func Rename(dir *os.Root, from, to string) error {
	return again(func() error { return dir.Rename(from, to) })
}

// Open opens a file for reading. Others may rename and remove it meanwhile: that is
// how os.Root opens files, and os.Open does not.
func Open(path string) (f *os.File, err error) {
	dir, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	err = again(func() error {
		f, err = dir.Open(filepath.Base(path))
		return err
	})
	return f, err
}

// patience bounds the wait, since a missing permission looks the same.
const patience = 500 * time.Millisecond

func again(do func() error) error {
	for end, pause := time.Now().Add(patience), time.Millisecond; ; pause *= 2 {
		err := do()
		busy := errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED)
		if !busy || time.Now().Add(pause).After(end) {
			return err
		}
		time.Sleep(pause)
	}
}

// IsRoot is true: the owner of a file does not decide who may write it here. Opening
// it shows that.
func IsRoot() bool { return true }

// OwnedByUser is true: ownership shows in the access list, which Windows gives a
// user's own directories so that nobody else can write there.
func OwnedByUser(fs.FileInfo) bool { return true }

// SameOwner is true for the same reason.
func SameOwner(_, _ fs.FileInfo) bool { return true }

// Links is 1: nobody can plant a file by a hard link here.
func Links(fs.FileInfo) int { return 1 }

// TryLock locks a byte beyond the end of any file, since locks bind readers as well
// here.
func TryLock(f *os.File) (bool, error) {
	at := &windows.Overlapped{OffsetHigh: 1 << 30}
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}

// GiveTo has nothing to do: the access list is the directory's.
func GiveTo(*os.File, fs.FileInfo) {}

// SyncDir has nothing to do: directories cannot be synced, and NTFS journals renames.
func SyncDir(*os.Root) error { return nil }
