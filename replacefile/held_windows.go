package replacefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// replaces is false: a file that takes another's name here takes neither its
// access list nor its owner with it, and is refused while any reader has the old
// one open. So files are written in place.
func replaces(*os.Root, fs.FileInfo) bool { return false }

// isRoot is true: whose a file is does not say who may write it here; opening it
// does.
func isRoot() bool { return true }

// tryLock locks a byte that no file has: locks bind readers as well here.
func tryLock(f *os.File) (bool, error) {
	at := &windows.Overlapped{OffsetHigh: 1 << 30}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}

// takesFiles is nil: the access list says, when it is tried.
func takesFiles(*os.Root) error { return nil }

func appendOnly(*os.Root) bool { return false }

func give(*os.File, fs.FileInfo) {}

func mounted(error) bool { return false }

// readOnly tells a file with the read-only mark from one that only an
// administrator may write.
func readOnly(err error) error {
	if errors.Is(err, windows.ERROR_WRITE_PROTECT) {
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	return err
}

// unsafeFolder trusts the access list: the system's own folder is the
// administrators', a user's own is the user's.
func unsafeFolder(_, _ fs.FileInfo) bool { return false }

func trustedOwner(uint32, fs.FileInfo) bool { return true }

// keepAttributes has nothing to do: new files are journals and backups, which
// have their folder's access list.
func keepAttributes(_, _ *os.File) error { return nil }

// links is how many names a file has, which nobody can lay by a link here.
func links(fs.FileInfo) int { return 1 }
