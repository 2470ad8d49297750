//go:build unix

package memory

import (
	"io/fs"

	"rdnsproxy/replacefile"
)

// private reports that a folder is the user's and that nobody else writes there.
func private(info fs.FileInfo) bool {
	return info.IsDir() && replacefile.OwnedByUser(info) && info.Mode().Perm()&0o022 == 0
}
