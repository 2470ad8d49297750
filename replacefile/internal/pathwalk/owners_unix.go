//go:build unix

package pathwalk

import (
	"io/fs"
	"syscall"
)

// Unsafe reports whether anybody but root and the file's owner can make a file in a
// directory. It must belong to one of them, and nobody else may write to it, whatever
// its sticky bit says. With an access list, the group's mode bits are the list's mask.
func Unsafe(dir, file fs.FileInfo) bool {
	st, ok := dir.Sys().(*syscall.Stat_t)
	return !ok || dir.Mode().Perm()&0o022 != 0 || !trustedOwner(st.Uid, file)
}

// trustedOwner reports whether a user is root or the file's owner.
func trustedOwner(uid uint32, file fs.FileInfo) bool {
	st, ok := file.Sys().(*syscall.Stat_t)
	return uid == 0 || ok && uid == st.Uid
}
