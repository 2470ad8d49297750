package replacefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// ErrNotOwned says that a file belongs to another user.
var ErrNotOwned = errors.New("belongs to another user")

// OpenAppend opens a log for writing at its end and creates it, 0600, if there
// is none; permissions of one that exists stay as they are. What is no regular
// file, or a symbolic link, or another user's, is refused with ErrNotRegular or
// ErrNotOwned: in a folder like /tmp anybody could have laid it there. A FIFO
// without a reader does not block. Each Write appends in one piece.
func OpenAppend(path string) (*os.File, error) {
	if info, err := os.Lstat(path); err == nil {
		if err := ownRegular(info); err != nil { // before the open, which may have effects on a device
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|openCarefully, 0o600)
	if err != nil {
		if info, lerr := os.Lstat(path); lerr == nil && !info.Mode().IsRegular() {
			err = fmt.Errorf("%s: %w", path, ErrNotRegular)
		}
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		err = ownRegular(info)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

func ownRegular(info fs.FileInfo) error {
	switch {
	case !info.Mode().IsRegular():
		return ErrNotRegular
	case !OwnedByUser(info):
		return ErrNotOwned
	}
	return nil
}
