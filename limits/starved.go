package limits

import (
	"errors"
	"slices"
	"syscall"
)

// starving are the errors of a system without descriptors, processes or memory left.
var starving = []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.EAGAIN}

// Starved reports whether an error says that a program could not be started or a file not
// be opened because this machine or this process ran out of resources. It says nothing
// about the program or the file.
func Starved(err error) bool {
	var number syscall.Errno
	return errors.As(err, &number) && slices.Contains(starving, number)
}
