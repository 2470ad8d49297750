//go:build unix

package owndir

import (
	"io/fs"

	"rdnsproxy/replacefile"
)

// private reports whether a directory is the user's and nobody else can write to it.
func private(info fs.FileInfo) bool {
	return info.IsDir() && replacefile.OwnedByUser(info) && info.Mode().Perm()&0o022 == 0
}
