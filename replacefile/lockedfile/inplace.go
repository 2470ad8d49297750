package lockedfile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"rdnsproxy/replacefile/internal/osfile"
)

// overwrite writes the file in place.
func (f *File) overwrite(content []byte) error {
	j := f.work.journal()
	if err := j.write(f.Content, content); err != nil {
		return err
	}
	if err := f.unchanged(); err != nil {
		return errors.Join(err, j.remove())
	}
	if err := put(f.file, f.Content, content); err != nil {
		if undo := put(f.file, nil, f.Content); undo != nil {
			return fmt.Errorf("%w: %w; the old content is in %v", ErrUnfinished, errors.Join(err, undo), j)
		}
		return errors.Join(err, j.remove())
	}
	return afterWriting(j.remove())
}

// put writes new content over old. It does not touch what both begin with. If the file
// becomes shorter, newlines fill the rest until it is cut off, so that no reader sees the
// tail of a line as one. It reads back what it has written.
func put(f *os.File, old, new []byte) error {
	padding := bytes.Repeat([]byte("\n"), min(max(0, len(old)-len(new)), 64<<10))
	for at := len(new); at < len(old); at += len(padding) {
		if _, err := f.WriteAt(padding[:min(len(padding), len(old)-at)], int64(at)); err != nil {
			return err
		}
	}
	from := 0
	for from < min(len(old), len(new)) && old[from] == new[from] {
		from++
	}
	if _, err := f.WriteAt(new[from:], int64(from)); err != nil {
		return err
	}
	if err := f.Truncate(int64(len(new))); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	same, err := holds(f, new)
	if err == nil && !same {
		err = errors.New("other content was read than was written")
	}
	return err
}

// mixture reports whether content can be what an interrupted put left.
func mixture(content, old, new []byte) bool {
	if len(content) < min(len(old), len(new)) || len(content) > max(len(old), len(new)) {
		return false
	}
	for i, c := range content {
		switch {
		case i < len(old) && c == old[i], i < len(new) && c == new[i]:
		case i >= len(new) && c == '\n': // padding
		case i >= len(old) && c == 0: // the length was on the disk before the content
		default:
			return false
		}
	}
	return true
}

// recover repairs what an interrupted overwrite left, whose journal is in the file's own
// directory or in State. A State that is not needed and cannot be trusted or opened is
// ignored.
func (f *File) recover() error {
	f.sweep()
	if err := f.recoverBy(f.work.journal()); err != nil {
		return err
	}
	if !f.work.own {
		return f.recoverBy(f.beside().journal())
	}
	if state, err := f.inState(); err == nil {
		defer state.close()
		return f.recoverBy(state.journal())
	}
	return nil
}

func (f *File) recoverBy(j *journal) error {
	before, after, err := j.read(f.limit)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, ErrUnfinished):
		return fmt.Errorf("%w: compare it with %v, then remove that", err, j)
	case err != nil:
		return fmt.Errorf("journal %v: %w", j, osfile.Cause(err))
	}
	content, err := readAll(f.file, f.limit)
	switch {
	case err != nil:
		return err
	case bytes.Equal(content, before), bytes.Equal(content, after):
		return j.remove()
	case !mixture(content, before, after):
		return fmt.Errorf("%w: compare it with %v, then remove that", ErrUnfinished, j)
	}
	if err := put(f.file, content[:0], before); err != nil {
		return err
	}
	f.Repaired = true
	return j.remove()
}
