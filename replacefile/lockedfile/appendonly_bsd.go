//go:build darwin || freebsd

package lockedfile

import (
	"os"
	"syscall"
)

// From <sys/stat.h>: the owner's flag and the system's.
const ufAppend, sfAppend = 0x4, 0x40000

// appendOnly reports whether a directory keeps every file that is made in it.
func appendOnly(dir *os.Root) bool {
	info, err := dir.Stat(".")
	if err != nil {
		return false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && st.Flags&(ufAppend|sfAppend) != 0
}
