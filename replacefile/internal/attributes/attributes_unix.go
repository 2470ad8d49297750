//go:build unix

package attributes

import (
	"fmt"
	"os"
	"syscall"

	"rdnsproxy/replacefile/internal/osfile"
)

// Copy gives a new file the attributes of another. macOS's access lists, which only
// its C library reads, are the exception. The order matters: a change of the owner
// clears mode bits and capabilities.
func Copy(to, from *os.File) error {
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
	if err := copyXattrs(to, from); err != nil {
		return err
	}
	if err := to.Chmod(info.Mode()); err != nil {
		return notKept("permissions "+info.Mode().String(), err)
	}
	return copyFlags(to, from)
}

// notKept says which attribute it is, and why.
func notKept(what string, err error) error {
	return fmt.Errorf("%w: its %s cannot be kept: %w", ErrNotKept, what, osfile.Cause(err))
}
