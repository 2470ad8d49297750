package replacefile

import (
	"os"

	"golang.org/x/sys/unix"
)

// keepFlags has nothing to do: of the inode flags, those that say more than how
// to store a file forbid writing it, and it would not have been opened.
func keepFlags(_, _ *os.File) error { return nil }

// appendOnly says that a folder keeps every file that is made in it, under the
// name that it has first (chattr +a).
func appendOnly(dir *os.Root) bool {
	f, err := dir.Open(".")
	if err != nil {
		return false
	}
	defer f.Close()
	var st unix.Statx_t
	err = unix.Statx(int(f.Fd()), "", unix.AT_EMPTY_PATH, 0, &st)
	return err == nil && st.Attributes&unix.STATX_ATTR_APPEND != 0
}
