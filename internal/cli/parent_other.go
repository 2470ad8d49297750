//go:build !linux

package cli

import "os"

// parentIsSSH cannot be told here; that stderr is the null device suggests it.
func parentIsSSH() bool { return os.Getppid() > 1 }

// parentArgs: other systems do not show them to a program without cgo.
func parentArgs() []string { return nil }

// openParentStderr is the terminal that the user sits at, if there is one.
func openParentStderr() (*os.File, error) { return os.OpenFile("/dev/tty", os.O_WRONLY, 0) }

// loginWaits cannot be told here.
func loginWaits() bool { return false }
