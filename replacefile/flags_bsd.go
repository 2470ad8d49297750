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

// From <sys/stat.h>: the owner's flag and the system's.
const ufAppend, sfAppend = 0x4, 0x40000

// appendOnly says that a folder keeps every file that is made in it.
func appendOnly(dir *os.Root) bool {
	info, err := dir.Stat(".")
	if err != nil {
		return false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && st.Flags&(ufAppend|sfAppend) != 0
}
