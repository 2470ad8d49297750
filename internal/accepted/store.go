package accepted

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"rdnsproxy/replacefile"
)

const (
	maxFile = 1 << 20 // some ten thousand mappings

	// patience is how long a writer waits for others, each of which takes as long as the
	// disk needs to sync a small file.
	patience = 10 * time.Second
)

// Errors of a file that is not used, besides replacefile.ErrNotRegular, also for symbolic
// links, and replacefile.ErrNotOwned.
var (
	ErrOthersWrite     = errors.New("other users can write to it (chmod go-w)")
	ErrUnsafeDirectory = errors.New("its directory is another user's, or other users can write to it")
	ErrTooLarge        = errors.New("larger than " + strconv.Itoa(maxFile) + " bytes")
	ErrBusy            = replacefile.ErrLocked // another process keeps writing it
)

// Open reads a file of mappings. A file that does not exist, or whose path is "", is empty.
// A file that others could have written or planted is refused, and so is one larger than
// 1 MiB. Open takes no lock.
func Open(path string) (*File, error) {
	if path == "" {
		return new(File), nil
	}
	text, err := read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return new(File), nil
	case err != nil:
		return nil, about(path, err)
	}
	return Parse(text), nil
}

// Remember keeps mappings in place of all that were kept for their names. It creates the
// file, 0600, and its directory, 0700, if they do not exist. What other processes write at
// the same time for other names is kept as well. If the time of a mapping is zero, it is
// now. Of several mappings with the same name and address the last one is kept. If one
// mapping cannot be kept, none is.
func Remember(path string, ms ...Mapping) error {
	if len(ms) == 0 {
		return nil
	}
	normal := make([]Mapping, 0, len(ms))
	for _, m := range ms {
		if m.Since.IsZero() {
			m.Since = time.Now()
		}
		n, err := m.normal()
		if err != nil {
			return fmt.Errorf("cannot accept: %w", err)
		}
		if i := slices.IndexFunc(normal, n.sameAs); i >= 0 {
			normal = slices.Delete(normal, i, i+1)
		}
		normal = append(normal, n)
	}
	return update(path, patience, func(f *File) string { return f.with(normal) })
}

// sameAs reports whether two mappings in normal form have the same name and address.
func (m Mapping) sameAs(o Mapping) bool { return m.Name == o.Name && m.Addr == o.Addr }

// Forget removes the mappings of a name and returns how many there were.
func Forget(path, name string) (n int, err error) {
	host, err := foldHost(name)
	if err != nil {
		return 0, quoted(name, err)
	}
	if _, err := os.Lstat(path); path == "" || errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	err = update(path, patience, func(f *File) string {
		return f.edited(func(kept string) (string, bool) {
			if kept == host {
				n++
			}
			return "", kept == host
		})
	})
	if err != nil {
		return n, err
	}
	return n, nil
}

// update reads, edits and replaces the file under its lock.
func update(path string, patience time.Duration, edit func(*File) (text string)) error {
	if path == "" {
		return errors.New("no file to keep accepted mappings in")
	}
	if err := makeDirectory(filepath.Dir(path)); err != nil {
		return about(path, err)
	}
	dir, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return about(path, err)
	}
	defer dir.Close()
	name := filepath.Base(path)
	lock, err := replacefile.TakeLock(dir, name+".lock", patience)
	if err != nil {
		return about(path, err)
	}
	defer lock.Release()
	f, err := Open(path)
	if err != nil {
		return err
	}
	text := edit(f)
	switch {
	case text == f.Text():
		return nil
	case len(text) > maxFile:
		return about(path, ErrTooLarge)
	}
	replacefile.Sweep(dir, name)
	return replacefile.Write(path, 0o600, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// read reads a file that nobody but the user can have written.
func read(path string) (string, error) {
	f, err := replacefile.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil {
		err = trusted(info)
	}
	if err == nil {
		err = trustedDirectory(filepath.Dir(path))
	}
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = ErrTooLarge
	}
	return string(b), err
}

func trusted(info fs.FileInfo) error {
	switch {
	case !replacefile.OwnedByUser(info):
		return replacefile.ErrNotOwned
	case othersWrite(info):
		return ErrOthersWrite
	}
	return nil
}

func trustedDirectory(dir string) error {
	info, err := os.Stat(dir)
	if err == nil && (!info.IsDir() || !replacefile.OwnedByUser(info) || othersWrite(info)) {
		err = ErrUnsafeDirectory
	}
	return err
}

// makeDirectory creates a directory unless it would be in another user's. Under sudo, HOME
// often is one, and a directory of root's there would lock its owner out.
func makeDirectory(dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		if info, err := os.Stat(existing(dir)); err != nil {
			return err
		} else if !replacefile.OwnedByUser(info) {
			return ErrUnsafeDirectory
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	return trustedDirectory(dir)
}

// existing returns the innermost directory above a path that exists.
func existing(path string) string {
	for {
		above := filepath.Dir(path)
		if _, err := os.Stat(above); !errors.Is(err, fs.ErrNotExist) || above == path {
			return above
		}
		path = above
	}
}

// about adds the path to an error, or the path that the error names.
func about(path string, err error) error {
	if named, ok := errors.AsType[*fs.PathError](err); ok { // without the name of the system's call
		path, err = named.Path, named.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}
