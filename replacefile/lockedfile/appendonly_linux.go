package lockedfile

import (
	"os"

	"golang.org/x/sys/unix"
)

// appendOnly reports whether a directory keeps every file that is made in it, under its
// first name (chattr +a).
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
