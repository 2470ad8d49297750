package accepted

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

// lock waits until this process alone holds the lock on the file at path, which
// it makes if need be. It goes with the process, however that ends. The file
// stays: removing it would part those who hold the old one from those who make
// a new one.
func lock(path string, patience time.Duration) (unlock func(), err error) {
	const shortest, longest = time.Millisecond, 32 * time.Millisecond
	deadline := time.Now().Add(patience)
	for pause := shortest; ; pause = min(2*pause, longest) {
		f, err := openLock(path)
		if err != nil {
			return nil, err
		}
		held, err := tryLock(f)
		if held && err == nil {
			if held, err = still(f, path); held {
				return func() { f.Close() }, nil
			}
		}
		f.Close()
		switch {
		case err != nil:
			return nil, err
		case time.Now().After(deadline):
			return nil, ErrBusy
		}
		time.Sleep(pause)
	}
}

// still reports whether f is the file at path: somebody may have removed it all
// the same, and then others lock another one.
func still(f *os.File, path string) (bool, error) {
	ours, err := f.Stat()
	if err != nil {
		return false, err
	}
	theirs, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(ours, theirs), err
}
