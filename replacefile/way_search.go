//go:build darwin || freebsd

package replacefile

import "golang.org/x/sys/unix"

// searchOnly opens a folder that need not be readable, to look names up in.
const searchOnly = unix.O_SEARCH
