//go:build unix

package lockedfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"rdnsproxy/replacefile/internal/osfile"
)

// replaceable reports whether a new file can take a file's name and be the same in all
// that matters. It cannot if the file has further names, or is on another device than its
// directory, as are most files that a container's engine has mounted. Of other mounts the
// kernel says so when it is tried.
func replaceable(dir *os.Root, file fs.FileInfo) bool {
	info, err := dir.Stat(".")
	if err != nil {
		return true // the fault shows when it is tried
	}
	d, ok := info.Sys().(*syscall.Stat_t)
	f, ok2 := file.Sys().(*syscall.Stat_t)
	return ok && ok2 && f.Nlink == 1 && f.Dev == d.Dev
}

// takesFiles is nil if this user may make files in a directory.
func takesFiles(dir *os.Root) error {
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Faccessat(int(f.Fd()), ".", unix.W_OK|unix.X_OK, unix.AT_EACCESS)
}

// mounted reports whether an error says that something is mounted on a name, or that the
// directory is read-only.
func mounted(err error) bool {
	return errors.Is(err, unix.EBUSY) || errors.Is(err, unix.EXDEV) || errors.Is(err, unix.EROFS)
}

// readOnly tells a file that root cannot write from one that only others cannot.
func readOnly(err error) error {
	if errors.Is(err, unix.EROFS) || errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) && osfile.IsRoot() {
		return fmt.Errorf("%w: %w", ErrReadOnly, osfile.Cause(err))
	}
	return err
}
