package accepted

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// openCarefully has no counterpart here: ordinary users cannot make symbolic
// links, and there are no FIFOs among files.
const openCarefully = 0

// othersWrite is false: who may write shows in the access list, which Windows
// gives a user's own folders so that nobody else can.
func othersWrite(fs.FileInfo) bool { return false }

// openLock opens a file to lock it, and makes it. A handle that may append only
// could not lock.
func openLock(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
}

// tryLock takes the lock on the first byte, which need not be there, unless
// another handle has it.
func tryLock(f *os.File) (bool, error) {
	err := windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, new(windows.Overlapped))
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, os.NewSyscallError("LockFileEx", err)
}
