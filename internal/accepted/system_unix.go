//go:build unix

package accepted

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"rdnsproxy/internal/replacefile"
)

// openCarefully neither follows a symbolic link at the end of a path nor waits
// for a FIFO's other side.
const openCarefully = unix.O_NOFOLLOW | unix.O_NONBLOCK

// othersWrite reports whether the mode lets others than the owner write.
func othersWrite(info fs.FileInfo) bool { return info.Mode().Perm()&0o022 != 0 }

// openLock opens a file to lock it, and makes it.
func openLock(path string) (*os.File, error) { return replacefile.OpenAppend(path) }

// tryLock takes the lock unless another open file has it, in this process or
// in another.
func tryLock(f *os.File) (bool, error) {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, unix.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, unix.EINTR):
			return false, os.NewSyscallError("flock", err)
		}
	}
}
