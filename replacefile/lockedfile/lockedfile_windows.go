package lockedfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// replaceable is false. A file that takes another's name here takes neither its access
// list nor its owner with it, and is refused while a reader has the old one open. So
// files are written in place.
func replaceable(*os.Root, fs.FileInfo) bool { return false }

// takesFiles is nil: the access list decides when it is tried.
func takesFiles(*os.Root) error { return nil }

func appendOnly(*os.Root) bool { return false }

func mounted(error) bool { return false }

// readOnly tells a file with the read-only attribute from one that only an administrator
// may write.
func readOnly(err error) error {
	if errors.Is(err, windows.ERROR_WRITE_PROTECT) {
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	return err
}
