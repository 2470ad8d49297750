package krb5conf

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"rdnsproxy/safetext"
)

// Bounds for a whole list of files. MIT's library has none, and crashes on a file
// that includes itself.
const (
	maxBytes = 4 << 20
	maxFiles = 256
	maxDepth = 16
)

var (
	errTooMuch  = errors.New("more than " + strconv.Itoa(maxBytes) + " bytes")
	errTooMany  = errors.New("more than " + strconv.Itoa(maxFiles) + " files")
	errTooDeep  = errors.New("files included more than " + strconv.Itoa(maxDepth) + " deep")
	errNotAFile = errors.New("not a regular file")
)

// budget is what has been read so far.
type budget struct{ files, bytes int }

// allowance is a reader that stops where the budget is used up.
type allowance struct {
	r io.Reader
	b *budget
}

func (a *allowance) Read(p []byte) (int, error) {
	if a.b.bytes >= maxBytes {
		return 0, errTooMuch
	}
	n, err := a.r.Read(p[:min(len(p), maxBytes-a.b.bytes)])
	a.b.bytes += n
	return n, err
}

// open reads one path of the list.
func (b *budget) open(path string, p profile) error {
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		return b.includeDir(path, p, 0)
	}
	return b.read(path, p, 0)
}

// missing reports whether a file of the list itself is missing or unreadable, and so
// is skipped. A missing included file is an error.
func missing(err error) bool {
	var in *includeError
	return !errors.As(err, &in) && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission))
}

// includeError is the error of a file that another one includes.
type includeError struct{ error }

func (e *includeError) Unwrap() error { return e.error }

// include reads a file into p; it must be there.
func (b *budget) include(path string, p profile, depth int) error {
	if err := b.read(path, p, depth); err != nil {
		return &includeError{err}
	}
	return nil
}

// includeDir reads the files of a directory in the order of their names: those whose
// names consist of letters, digits, - and _, or end in .conf and are not hidden.
func (b *budget) includeDir(path string, p profile, depth int) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		if depth > 0 {
			return &includeError{plain(err)}
		}
		return plain(err)
	}
	for _, e := range entries {
		if !included(e.Name()) {
			continue
		}
		if err := b.include(filepath.Join(path, e.Name()), p, depth); err != nil {
			return err
		}
	}
	return nil
}

func included(name string) bool {
	if strings.HasPrefix(name, ".") {
		return false
	}
	odd := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_')
	}
	return strings.HasSuffix(name, ".conf") || !strings.ContainsFunc(name, odd)
}

// read reads one file. It must be a regular file, since a pipe would block; the null
// device is a common way to say "no configuration".
func (b *budget) read(path string, p profile, depth int) error {
	if depth > maxDepth {
		return errTooDeep
	}
	if b.files++; b.files > maxFiles {
		return errTooMany
	}
	if path == os.DevNull {
		return nil
	}
	st, err := os.Stat(path)
	if err != nil {
		return plain(err)
	}
	if !st.Mode().IsRegular() {
		return fmt.Errorf("%s: %w", safetext.Line(path), errNotAFile)
	}
	f, err := os.Open(path)
	if err != nil {
		return plain(err)
	}
	defer f.Close()
	return b.parse(f, path, p, depth)
}

// plain drops the system call from an error and keeps the file and the reason.
func plain(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return fmt.Errorf("%s: %w", safetext.Line(pe.Path), pe.Err)
	}
	return err
}
