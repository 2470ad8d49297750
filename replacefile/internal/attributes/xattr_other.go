//go:build unix && !linux && !darwin && !freebsd && !netbsd

package attributes

import "os"

// copyXattrs has nothing to do: OpenBSD and others have no extended attributes.
func copyXattrs(_, _ *os.File) error { return nil }
