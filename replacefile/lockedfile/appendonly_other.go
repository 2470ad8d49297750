//go:build unix && !darwin && !freebsd && !linux

package lockedfile

import "os"

func appendOnly(*os.Root) bool { return false }
