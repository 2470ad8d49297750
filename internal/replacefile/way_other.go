//go:build !linux && !darwin && !freebsd && !netbsd && !openbsd

package replacefile

import (
	"os"
	"path/filepath"
)

// follow trusts the links on the way: on Windows ordinary users cannot make any.
func follow(path string) (*way, error) {
	real, err := filepath.EvalSymlinks(path)
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
