package pathwalk

import "io/fs"

// Unsafe is false. The access list decides: the system's own directory is the
// administrators', a user's own is the user's.
func Unsafe(_, _ fs.FileInfo) bool { return false }

func trustedOwner(uint32, fs.FileInfo) bool { return true }
