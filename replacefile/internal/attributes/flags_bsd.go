//go:build darwin || freebsd

package attributes

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// copyFlags copies the flags of chflags(1). None of them forbids writing, or the file
// could not have been opened.
func copyFlags(to, from *os.File) error {
	is, err := to.Stat()
	if err != nil {
		return err
	}
	want, err := from.Stat()
	if err != nil {
		return err
	}
	flags := want.Sys().(*syscall.Stat_t).Flags
	if flags == is.Sys().(*syscall.Stat_t).Flags {
		return nil
	}
	if err := unix.Fchflags(int(to.Fd()), int(flags)); err != nil {
		return notKept("file flags", err)
	}
	return nil
}
