package zones

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// exists reports whether there is a file of this name.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// openRegular opens a file, but nothing that would make us wait.
func openRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errors.New("is a directory")
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	}
	return os.Open(path)
}

// absolute is a path for dns.ZoneParser, to which included files are relative.
func absolute(path string) string {
	if path == "-" {
		path = "stdin" // in the working directory
	}
	if a, err := filepath.Abs(path); err == nil {
		path = a
	}
	return filepath.ToSlash(path)
}

// reason returns an error of the os package without its operation and path, and a
// Refusal without its hint.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
