//go:build unix

package replacefile

import (
	"io/fs"
	"os"
	"syscall"
)

// openCarefully neither follows a symbolic link at the end of a path nor waits
// for a FIFO's other side. Regular files do not care about O_NONBLOCK.
const openCarefully = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// OwnedByUser reports whether a file belongs to the user as whom this process
// acts.
func OwnedByUser(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid()
}

// sameOwner says that two files belong to one user.
func sameOwner(a, b fs.FileInfo) bool {
	is, ok := a.Sys().(*syscall.Stat_t)
	want, ok2 := b.Sys().(*syscall.Stat_t)
	return ok && ok2 && is.Uid == want.Uid
}

// syncFolder makes a rename last.
func syncFolder(dir *os.Root) error {
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
