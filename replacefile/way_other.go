//go:build !linux && !darwin && !freebsd && !netbsd && !openbsd

package replacefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// followFolder is follow to the folder of a path.
func followFolder(path string) (*way, error) {
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	if folder, err = filepath.Abs(folder); err != nil {
		return nil, err
	}
	dir, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	return &way{dir: dir, folder: folder, name: filepath.Base(path)}, nil
}

// laid refuses nothing, for the same reason.
func (w *way) laid() error { return nil }

// follow trusts the links on the way: on Windows ordinary users cannot make any.
func follow(path string) (*way, error) {
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) { // whether there is anything is not asked
		return followFolder(path)
	}
	if err != nil {
		return nil, err
	}
	if real, err = filepath.Abs(real); err != nil {
		return nil, err
	}
	dir, err := os.OpenRoot(filepath.Dir(real))
	if err != nil {
		return nil, err
	}
	return &way{dir: dir, folder: filepath.Dir(real), name: filepath.Base(real)}, nil
}
