package replacefile

import (
	"os"

	"rdnsproxy/replacefile/internal/osfile"
)

// Open opens a regular file for reading. Anything else is ErrNotRegular: Open neither
// follows a symbolic link nor waits for a FIFO.
func Open(path string) (*os.File, error) {
	// Before the open, which may have effects on a device.
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return nil, orNotRegular(err)
	}
	f, err := osfile.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() { // another file may have the name by now
		f.Close()
		return nil, orNotRegular(err)
	}
	return f, nil
}

func orNotRegular(err error) error {
	if err == nil {
		err = ErrNotRegular
	}
	return err
}
