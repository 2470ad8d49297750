//go:build unix && !darwin && !freebsd && !linux

package replacefile

import "os"

// keepFlags has nothing to do where the system package shows no flags.
func keepFlags(_, _ *os.File) error { return nil }

func appendOnly(*os.Root) bool { return false }
