//go:build !linux

package console

import "os"

// ParentIsSSH cannot be told here; that stderr is the null device suggests it.
func ParentIsSSH() bool { return os.Getppid() > 1 }

// parentArgs: other systems do not show them to a program without cgo.
func ParentArgs() []string { return nil }

// openParentStderr is the terminal that the user sits at, if there is one.
func openParentStderr() (*os.File, error) { return os.OpenFile("/dev/tty", os.O_WRONLY, 0) }

// LoginWaits cannot be told here.
func LoginWaits() bool { return false }
