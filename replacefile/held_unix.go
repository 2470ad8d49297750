//go:build unix

package replacefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func isRoot() bool { return os.Geteuid() == 0 }

// tryLock takes the lock that a second holder would want. It goes with the
// descriptor, also when the process is killed.
func tryLock(f *os.File) (bool, error) {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, unix.EINTR) {
		return false, nil
	}
	return err == nil, err
}

// replaces says whether a new file can take the name of a file and be in all that
// matters the one that was there: not where that has further names, and not where
// it is on another device than its folder, as most are that a container's engine
// has mounted. Of the other mounted ones the kernel says so.
func replaces(dir *os.Root, file fs.FileInfo) bool {
	info, err := dir.Stat(".")
	if err != nil {
		return true // and whatever is wrong shows when it is tried
	}
	folder, ok := info.Sys().(*syscall.Stat_t)
	st, ok2 := file.Sys().(*syscall.Stat_t)
	return ok && ok2 && st.Nlink == 1 && st.Dev == folder.Dev
}

// takesFiles is nil where this user may make files in a folder.
func takesFiles(dir *os.Root) error {
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Faccessat(int(f.Fd()), ".", unix.W_OK|unix.X_OK, unix.AT_EACCESS)
}

// links is how many names a file has.
func links(info fs.FileInfo) int {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0
	}
	return int(st.Nlink)
}

// give makes a lock of root's the file's owner's, who could else not take it over.
func give(lock *os.File, file fs.FileInfo) {
	if st, ok := file.Sys().(*syscall.Stat_t); ok && isRoot() && st.Uid != 0 {
		lock.Chown(int(st.Uid), int(st.Gid))
	}
}

// mounted says of an error of rename that something is mounted on the name, or
// that there is no writing in the folder.
func mounted(err error) bool {
	return errors.Is(err, unix.EBUSY) || errors.Is(err, unix.EXDEV) || errors.Is(err, unix.EROFS)
}

// readOnly tells a file that root cannot write from one that only others cannot.
func readOnly(err error) error {
	if errors.Is(err, unix.EROFS) || errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) && isRoot() {
		return fmt.Errorf("%w: %w", ErrReadOnly, reason(err))
	}
	return err
}

// unsafeFolder says that others than root and the file's owner could lay something
// in a folder: it must belong to one of these, and nobody else may write there,
// the sticky bit notwithstanding. Where there is an access list, the group's bits
// are its mask.
func unsafeFolder(folder, file fs.FileInfo) bool {
	st, ok := folder.Sys().(*syscall.Stat_t)
	return !ok || folder.Mode().Perm()&0o022 != 0 || !trustedOwner(st.Uid, file)
}

// trustedOwner says that a user is root or the file's owner.
func trustedOwner(uid uint32, file fs.FileInfo) bool {
	st, ok := file.Sys().(*syscall.Stat_t)
	return uid == 0 || ok && uid == st.Uid
}

// keepAttributes makes a new file what another is in all but content; macOS's
// access lists, which only its C library reads, are the exception. The order
// matters: a change of the owner clears mode bits and capabilities.
func keepAttributes(to, from *os.File) error {
	info, err := from.Stat()
	if err != nil {
		return err
	}
	made, err := to.Stat()
	if err != nil {
		return err
	}
	is, want := made.Sys().(*syscall.Stat_t), info.Sys().(*syscall.Stat_t)
	if is.Uid != want.Uid || is.Gid != want.Gid {
		if err := to.Chown(int(want.Uid), int(want.Gid)); err != nil {
			return notKept(fmt.Sprintf("owner %d and group %d", want.Uid, want.Gid), err)
		}
	}
	if err := keepXattrs(to, from); err != nil {
		return err
	}
	if err := to.Chmod(info.Mode()); err != nil {
		return notKept("permissions "+info.Mode().String(), err)
	}
	return keepFlags(to, from)
}

// notKept says what cannot be kept, and why.
func notKept(what string, err error) error {
	return fmt.Errorf("%w: its %s cannot be kept: %w", ErrNotKept, what, reason(err))
}
