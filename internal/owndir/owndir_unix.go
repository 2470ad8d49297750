//go:build unix

package owndir

import (
	"io/fs"

	"rdnsproxy/replacefile"
)

// private reports whether a file is the user's and nobody else can write to it.
func private(info fs.FileInfo) bool {
	return replacefile.OwnedByUser(info) && info.Mode().Perm()&0o022 == 0
}
