package replacefile

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"rdnsproxy/safetext"
)

// A file that is written in place is for a moment neither the old one nor the
// new. Before its first byte changes, a journal with both contents is on the
// disk; it goes when the new content is. Until then, the next Hold finds the
// file to be
//
//   - the old content or the new: the journal is done with;
//   - a mixture of the two, as a killed process or a crash leaves it: the old
//     content is put back;
//   - anything else, so somebody has changed it since: ErrUnfinished, and a person
//     must compare it with the journal and remove that.
const (
	journalMark   = ".rdnsproxy-journal"
	journalHeader = "rdnsproxy journal 1: %d bytes before, %d after, %x\n"
)

// journal is one that is on the disk, or would be.
type journal struct {
	*place
	name string
}

func (p *place) journal() *journal { return &journal{p, p.hidden(journalMark)} }

// String is its path, for people.
func (j *journal) String() string { return safetext.Line(j.path(j.name)) }

func (j *journal) remove() error {
	if err := j.dir.Remove(j.name); err != nil {
		return fmt.Errorf("journal %v: %w", j, reason(err))
	}
	return syncFolder(j.dir)
}

// overwrite writes the file in place.
func (h *Held) overwrite(content []byte) error {
	j := h.place.journal()
	if err := j.write(h.Content, content); err != nil {
		return err
	}
	if err := h.unchanged(); err != nil {
		return errors.Join(err, j.remove())
	}
	if err := put(h.file, h.Content, content); err != nil {
		if undo := put(h.file, nil, h.Content); undo != nil {
			return fmt.Errorf("%w: %w; the old content is in %v", ErrUnfinished, errors.Join(err, undo), j)
		}
		return errors.Join(err, j.remove())
	}
	return written(j.remove())
}

func (j *journal) write(before, after []byte) error {
	temp, err := Options{}.prepare(j.dir, j.name, func(w io.Writer) error {
		if _, err := fmt.Fprintf(w, journalHeader, len(before), len(after), sumOf(before, after)); err != nil {
			return err
		}
		if _, err := w.Write(before); err != nil {
			return err
		}
		_, err := w.Write(after)
		return err
	})
	if err != nil {
		return err
	}
	if err := j.dir.Rename(temp, j.name); err != nil {
		return errors.Join(err, j.dir.Remove(temp))
	}
	if err := syncFolder(j.dir); err != nil {
		return errors.Join(err, j.dir.Remove(j.name))
	}
	return nil
}

// read gives both contents.
func (j *journal) read(limit int64) (before, after []byte, err error) {
	f, err := j.dir.OpenFile(j.name, os.O_RDONLY|openCarefully, 0)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, nil, errors.Join(ErrNotRegular, err)
	}
	b, err := readAll(f, 2*limit+1024)
	if errors.Is(err, ErrTooLong) {
		return nil, nil, ErrUnfinished
	}
	if err != nil {
		return nil, nil, err
	}
	var old, new int
	var sum []byte
	header, rest, _ := bytes.Cut(b, []byte("\n"))
	if _, err := fmt.Sscanf(string(header)+"\n", journalHeader, &old, &new, &sum); err != nil {
		return nil, nil, ErrUnfinished
	}
	if old < 0 || new < 0 || old > len(rest) || len(rest)-old != new {
		return nil, nil, ErrUnfinished
	}
	before, after = rest[:old], rest[old:]
	if !bytes.Equal(sum, sumOf(before, after)) {
		return nil, nil, ErrUnfinished
	}
	return before, after, nil
}

func sumOf(before, after []byte) []byte {
	sum := sha256.New()
	sum.Write(before)
	sum.Write(after)
	return sum.Sum(nil)
}

// put writes new content over old. What both begin with is not touched. If the
// file becomes shorter, newlines stand for what goes until it is cut off, so
// that no reader sees the tail of a line as one. What was written is read again.
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

// mixture says whether the content can be what an interrupted put left.
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

// recover puts right what an interrupted overwrite left, in the file's own folder
// or in State. A State that cannot be trusted or opened has nothing to say, unless
// it is needed.
func (h *Held) recover() error {
	p := h.place
	sweep(p.dir, h.info, p.name, p.hidden(journalMark))
	if err := h.recoverBy(p.journal()); err != nil {
		return err
	}
	if !p.own {
		return h.recoverBy(h.beside().journal())
	}
	if state, err := h.inState(); err == nil {
		defer state.close()
		return h.recoverBy(state.journal())
	}
	return nil
}

func (h *Held) recoverBy(j *journal) error {
	before, after, err := j.read(h.limit)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, ErrUnfinished):
		return fmt.Errorf("%w: compare it with %v, then remove that", err, j)
	case err != nil:
		return fmt.Errorf("journal %v: %w", j, reason(err))
	}
	content, err := readAll(h.file, h.limit)
	switch {
	case err != nil:
		return err
	case bytes.Equal(content, before), bytes.Equal(content, after):
		return j.remove()
	case !mixture(content, before, after):
		return fmt.Errorf("%w: compare it with %v, then remove that", ErrUnfinished, j)
	}
	if err := put(h.file, content[:0], before); err != nil {
		return err
	}
	h.Repaired = true
	return j.remove()
}

// Interrupted gives the path of the journal of a write in place that was killed,
// or that another process is at just now, or "": until the next Hold with the same
// options the file may be a mixture. It only looks.
func Interrupted(path string, o HoldOptions) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	if real, err = filepath.Abs(real); err != nil {
		return ""
	}
	h := &Held{Path: real, way: &way{folder: filepath.Dir(real), name: filepath.Base(real)}}
	places := []*place{h.beside()}
	if state, err := os.Stat(o.State); err == nil {
		if h.info, err = os.Stat(real); err == nil && !unsafeFolder(state, h.info) {
			places = append(places, &place{folder: o.State, name: h.stateName()})
		}
	}
	for _, p := range places {
		journal := p.path(p.journal().name)
		if _, err := os.Lstat(journal); err == nil {
			return journal
		}
	}
	return ""
}
