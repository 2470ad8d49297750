//go:build darwin || freebsd

package replacefile

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// keepFlags keeps the flags of chflags(1). One that forbids writing is not among
// them: the file would not have been opened.
func keepFlags(to, from *os.File) error {
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
