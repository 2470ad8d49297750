//go:build unix

package cli

import (
	"os"

	"golang.org/x/sys/unix"
)

// readable reports whether f was opened for reading as well.
func readable(f *os.File) bool {
	flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0)
	return err == nil && flags&unix.O_ACCMODE == unix.O_RDWR
}
