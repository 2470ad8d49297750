//go:build netbsd || openbsd

package replacefile

import "golang.org/x/sys/unix"

// searchOnly is O_RDONLY: to walk through a folder takes leave to read it here.
const searchOnly = unix.O_RDONLY
