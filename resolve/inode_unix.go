//go:build unix

package resolve

import (
	"io/fs"
	"syscall"
)

// inode is the number of a file in its file system.
func inode(info fs.FileInfo) uint64 {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Ino)
	}
	return 0
}
