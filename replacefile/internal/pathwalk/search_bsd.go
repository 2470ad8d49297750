//go:build darwin || freebsd

package pathwalk

import "golang.org/x/sys/unix"

// searchOnly opens a directory for lookups of names in it. It need not be readable.
const searchOnly = unix.O_SEARCH
