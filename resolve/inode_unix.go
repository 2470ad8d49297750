//go:build unix

package resolve

import (
	"io/fs"
	"strconv"
	"syscall"
)

// inode is the number of a file in its file system.
func inode(info fs.FileInfo) string {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return strconv.FormatUint(uint64(st.Ino), 16)
	}
	return ""
}
