//go:build !linux && !darwin && !freebsd && !netbsd && !openbsd

package pathwalk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Resolve follows all symbolic links and trusts them: on Windows ordinary users cannot
// make any.
func Resolve(path string) (*Resolved, error) {
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) { // the file need not exist
		return ResolveDir(path)
	}
	if err != nil {
		return nil, err
	}
	return open(filepath.Dir(real), filepath.Base(real))
}

// ResolveDir resolves the directory of a path alone.
func ResolveDir(path string) (*Resolved, error) {
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	return open(dir, filepath.Base(path))
}

func open(dir, name string) (*Resolved, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &Resolved{Dir: root, DirPath: path, Name: name}, nil
}

// CheckLinks is nil, for the same reason.
func (r *Resolved) CheckLinks() error { return nil }
