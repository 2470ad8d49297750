package limits

import (
	"errors"
	"slices"
	"syscall"
)

// starving are what a system says that has no descriptor, process or memory left.
var starving = []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.EAGAIN}

// Starved says that a program could not be started, or a file not be opened, because
// this machine or this process had nothing left for it: that is no answer of the
// program's, and no fault of the file's.
func Starved(err error) bool {
	var number syscall.Errno
	return errors.As(err, &number) && slices.Contains(starving, number)
}
