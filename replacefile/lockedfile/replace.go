package lockedfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"rdnsproxy/replacefile/internal/osfile"
	"rdnsproxy/replacefile/internal/tempfile"
)

// Replace gives the file new content. Readers see the old content or the new, unless the
// file has to be written in place; inPlace says so.
//
// After an error the file is what it was, with two exceptions: ErrWritten says that it
// has the new content, and ErrUnfinished that it may have neither.
func (f *File) Replace(content []byte) (inPlace bool, err error) {
	if f.work.own && replaceable(f.at.Dir, f.info) {
		replaced, err := f.rename(content)
		if replaced || !onlyInPlace(err) {
			return false, err
		}
	}
	return true, f.overwrite(content)
}

// rename puts a new file in the place of the opened one.
func (f *File) rename(content []byte) (replaced bool, err error) {
	dir, name := f.at.Dir, f.at.Name
	temp, err := f.prepare(dir, name, content)
	if err != nil {
		return false, err
	}
	if err := f.unchanged(); err != nil {
		return false, errors.Join(err, dir.Remove(temp))
	}
	if err := osfile.Rename(dir, temp, name); err != nil {
		return false, errors.Join(err, dir.Remove(temp))
	}
	return true, afterWriting(osfile.SyncDir(dir))
}

// afterWriting marks an error that came after the file had its new content.
func afterWriting(err error) error {
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrWritten, err)
	}
	return err
}

// prepare makes a temporary file with the attributes of the opened one.
func (f *File) prepare(dir *os.Root, name string, content []byte) (string, error) {
	return tempfile.Options{Like: f.file}.Prepare(dir, name, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// onlyInPlace reports whether the file may still be written in place after an error of
// rename.
func onlyInPlace(err error) bool {
	return takesNoFile(err) && !errors.Is(err, ErrNotKept) && !errors.Is(err, ErrChanged)
}

// Backup saves Content to a file of its own, in the file's directory or else in State,
// and returns its path. Its name ends in the time.
func (f *File) Backup(at time.Time) (string, error) {
	w := f.work
	temp, err := f.prepare(w.dir, w.name, f.Content)
	if err != nil {
		return "", err
	}
	stamped := w.name + at.UTC().Format(".2006-01-02T150405Z")
	name := stamped + ".bak"
	for n := 2; exists(w.dir, name); n++ {
		name = fmt.Sprintf("%s-%d.bak", stamped, n)
	}
	if err := osfile.Rename(w.dir, temp, name); err != nil {
		return "", errors.Join(err, w.dir.Remove(temp))
	}
	if err := osfile.SyncDir(w.dir); err != nil {
		return "", errors.Join(err, w.dir.Remove(name))
	}
	return w.join(name), nil
}

func exists(dir *os.Root, name string) bool {
	_, err := dir.Lstat(name)
	return err == nil
}
