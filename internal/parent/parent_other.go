//go:build !linux

// Package parent asks about the process that started this one. Only Linux answers.
package parent

import "os"

// IsSSH cannot check the parent's executable here: any parent may be ssh. Its
// caller has already seen that stderr is the null device, as ssh sets it.
func IsSSH() bool { return os.Getppid() > 1 }

// Args returns nil: other systems do not reveal them to a program without cgo.
func Args() []string { return nil }

// LoginArgs returns nil too.
func LoginArgs() []string { return nil }

// OpenStderr opens the controlling terminal, if there is one.
func OpenStderr() (*os.File, error) { return os.OpenFile("/dev/tty", os.O_WRONLY, 0) }

// LoginWaits cannot be determined here.
func LoginWaits() bool { return false }
