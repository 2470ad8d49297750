//go:build darwin || freebsd

package replacefile

import "golang.org/x/sys/unix"

const searchOnly = unix.O_SEARCH
