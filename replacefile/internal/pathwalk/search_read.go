//go:build netbsd || openbsd

package pathwalk

import "golang.org/x/sys/unix"

// searchOnly is O_RDONLY: these systems have no way to open a directory that is
// searchable but not readable.
const searchOnly = unix.O_RDONLY
