//go:build !linux

package console

import "os"

// ParentIsSSH cannot check the parent's executable here: any parent may be ssh. Its
// caller has already seen that stderr is the null device, as ssh sets it.
func ParentIsSSH() bool { return os.Getppid() > 1 }

// ParentArgs returns nil: other systems do not reveal them to a program without cgo.
func ParentArgs() []string { return nil }

// openParentStderr opens the controlling terminal, if there is one.
func openParentStderr() (*os.File, error) { return os.OpenFile("/dev/tty", os.O_WRONLY, 0) }

// LoginWaits cannot be determined here.
func LoginWaits() bool { return false }
