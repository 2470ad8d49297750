//go:build unix

package osfile

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// OpenFlags neither follows a symbolic link at the end of a path nor waits for the
// other side of a FIFO. O_NONBLOCK has no effect on regular files.
const OpenFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// Rename gives a file another name, over what has it.
func Rename(dir *os.Root, from, to string) error { return dir.Rename(from, to) }

// Open opens a file for reading, as OpenFlags say.
func Open(path string) (*os.File, error) { return os.OpenFile(path, os.O_RDONLY|OpenFlags, 0) }

// IsRoot reports whether this process may write other users' files.
func IsRoot() bool { return os.Geteuid() == 0 }

// OwnedByUser reports whether a file belongs to the user as whom this process acts.
func OwnedByUser(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid()
}

// SameOwner reports whether two files belong to one user.
func SameOwner(a, b fs.FileInfo) bool {
	is, ok := a.Sys().(*syscall.Stat_t)
	want, ok2 := b.Sys().(*syscall.Stat_t)
	return ok && ok2 && is.Uid == want.Uid
}

// Links is how many names a file has; 0 if unknown.
func Links(info fs.FileInfo) int {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0
	}
	return int(st.Nlink)
}

// TryLock takes an exclusive lock unless another process has one. The lock ends with
// the descriptor, also when the process is killed.
func TryLock(f *os.File) (bool, error) {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, unix.EINTR) {
		return false, nil
	}
	return err == nil, err
}

// GiveTo makes a file of root's the property of another file's owner, who could not
// open it otherwise.
func GiveTo(f *os.File, other fs.FileInfo) {
	if st, ok := other.Sys().(*syscall.Stat_t); ok && IsRoot() && st.Uid != 0 {
		f.Chown(int(st.Uid), int(st.Gid))
	}
}

// SyncDir writes a directory to the disk, so that a rename in it survives a power
// failure.
func SyncDir(dir *os.Root) error {
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
