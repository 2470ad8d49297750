//go:build unix

package accepted

import "io/fs"

// othersWrite reports whether the mode lets others than the owner write.
func othersWrite(info fs.FileInfo) bool { return info.Mode().Perm()&0o022 != 0 }
