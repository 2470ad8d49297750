package zones

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// exists reports whether there is a file of this name.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// openRegular opens a file, but nothing that would make us wait.
func openRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err := regular(info, err); err != nil {
		return nil, err
	}
	return os.Open(path)
}

// regular returns what is wrong with a file of which info and err are known.
func regular(info fs.FileInfo, err error) error {
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return errors.New("is a directory")
	case !info.Mode().IsRegular():
		return errors.New("not a regular file")
	}
	return nil
}

// errOutside: a zone file includes what is not below its directory. Zones may be those of
// strangers, as in CI, and an error shows a word of the file in which it is.
var errOutside = errors.New("it is outside the directory of the zone file")

// openBelow opens a regular file below a directory, also if there are links on the way. Of
// what is not below it, nothing is found out, not even whether it is there.
func openBelow(dir, path string) (*os.File, error) {
	name, err := filepath.Rel(dir, path)
	if err != nil || !filepath.IsLocal(name) {
		return nil, errOutside
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Stat(name)
	if err := regular(info, escaped(err)); err != nil {
		return nil, err
	}
	file, err := root.Open(name)
	return file, escaped(err)
}

// escaped returns errOutside for the error of an os.Root that a path leads out of it: the
// only one that is not the system's.
func escaped(err error) error {
	var system syscall.Errno
	if err == nil || errors.As(err, &system) {
		return err
	}
	return errOutside
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

// rooted returns the path of an included file that dns.ZoneParser has made absolute, given
// that of the file that includes it. The parser knows only Unix's absolute paths: C:\part and
// \part it has put below the directory of that file, with C:/ before.
func rooted(given, by string) string {
	written, below := strings.CutPrefix(given, path.Dir(by)+"/")
	switch {
	case below && filepath.VolumeName(written) != "":
		return written
	case below && written != "" && os.IsPathSeparator(written[0]):
		return filepath.VolumeName(given) + written
	case filepath.VolumeName(given) == "":
		return "/" + given
	}
	return given
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
