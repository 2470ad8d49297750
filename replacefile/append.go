package replacefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"rdnsproxy/safetext"
)

// ErrNotOwned says that a file belongs to another user.
var ErrNotOwned = errors.New("belongs to another user")

// OpenAppend opens a log for writing at its end and creates it, 0600, if there
// is none; permissions of one that exists stay as they are. What is no regular
// file, or a symbolic link, or another user's, is refused with ErrNotRegular or
// ErrNotOwned: in a folder like /tmp anybody could have laid it there; a link on
// the way that another user has laid in one is ErrForeignLink. A FIFO
// without a reader does not block. Each Write appends in one piece.
func OpenAppend(path string) (*os.File, error) {
	f, err := openAppend(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", safetext.Line(path), reason(err))
	}
	return f, nil
}

func openAppend(path string) (*os.File, error) {
	w, err := followFolder(path)
	if err != nil {
		return nil, err
	}
	defer w.dir.Close()
	if err := w.laid(); err != nil {
		return nil, err
	}
	if info, err := w.dir.Lstat(w.name); err == nil {
		if err := ownRegular(info); err != nil { // before the open, which may have effects on a device
			return nil, err
		}
	}
	f, err := w.dir.OpenFile(w.name, os.O_WRONLY|os.O_APPEND|os.O_CREATE|openCarefully, 0o600)
	if err != nil {
		if info, lerr := w.dir.Lstat(w.name); lerr == nil && !info.Mode().IsRegular() {
			err = ErrNotRegular
		}
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		err = ownRegular(info)
	}
	if err != nil {
		f.Close()
		return nil, err
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
