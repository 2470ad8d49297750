//go:build unix && !linux && !darwin && !freebsd && !netbsd

package replacefile

import "os"

// keepXattrs has nothing to do: OpenBSD and the like have none.
func keepXattrs(_, _ *os.File) error { return nil }
