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

	"rdnsproxy/internal/safetext"
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

// journal is one that is on the disk.
type journal struct {
	dir    *os.Root
	name   string
	path   string // for people
	shared bool   // the folder is the State folder, not the file's own
}

func (j *journal) remove() error {
	if err := j.dir.Remove(j.name); err != nil {
		return err
	}
	return syncFolder(j.dir)
}

func (j *journal) close() {
	if j.shared {
		j.dir.Close()
	}
}

// beside is the place of a journal in the file's own folder, inState in State.
func (h *Held) beside() *journal {
	name := "." + h.name + journalMark
	return &journal{dir: h.dir, name: name, path: filepath.Join(filepath.Dir(h.Path), name)}
}

func (h *Held) inState() (*journal, error) {
	dir, err := h.openState()
	if err != nil {
		return nil, err
	}
	name := h.stateName() + journalMark
	return &journal{dir: dir, name: name, path: filepath.Join(h.state, name), shared: true}, nil
}

// overwrite writes the file in place.
func (h *Held) overwrite(content []byte) error {
	j, err := h.begin(content)
	if err != nil {
		return err
	}
	defer j.close()
	if err := h.unchanged(); err != nil {
		return errors.Join(err, j.remove())
	}
	if err := put(h.file, h.Content, content); err != nil {
		if undo := put(h.file, nil, h.Content); undo != nil {
			return fmt.Errorf("%w; the old content is in %s", errors.Join(err, undo), safetext.Line(j.path))
		}
		return errors.Join(err, j.remove())
	}
	return j.remove()
}

// begin writes the journal: beside the file if that folder can be written, else
// into the State folder.
func (h *Held) begin(content []byte) (*journal, error) {
	j := h.beside()
	err := j.write(h.Content, content)
	if irreplaceable(err) {
		if j, err = h.inState(); err != nil {
			return nil, err
		}
		if err = j.write(h.Content, content); err != nil {
			j.close()
		}
	}
	return j, err
}

func (j *journal) write(before, after []byte) error {
	temp, err := Options{}.prepare(j.dir, j.name, func(w io.Writer) error {
		if _, err := fmt.Fprintf(w, journalHeader, len(before), len(after), sumOf(before, after)); err != nil {
			return err
		}
		_, err := w.Write(append(bytes.Clone(before), after...))
		return err
	})
	if err != nil {
		return err
	}
	if err := j.dir.Rename(temp, j.name); err != nil {
		return errors.Join(err, j.dir.Remove(temp))
	}
	return syncFolder(j.dir)
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
	b, err := io.ReadAll(io.LimitReader(f, 2*limit+1024))
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
	from := 0
	for from < min(len(old), len(new)) && old[from] == new[from] {
		from++
	}
	padded := new[from:]
	if extra := len(old) - len(new); extra > 0 {
		padded = append(bytes.Clone(padded), bytes.Repeat([]byte("\n"), extra)...)
	}
	if _, err := f.WriteAt(padded, int64(from)); err != nil {
		return err
	}
	if err := f.Truncate(int64(len(new))); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	b, err := io.ReadAll(io.NewSectionReader(f, 0, int64(len(new))+1))
	if err == nil && !bytes.Equal(b, new) {
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

// recover puts right what an interrupted overwrite left.
func (h *Held) recover() error {
	sweep(h.dir, h.info, h.beside().name)
	if err := h.recoverBy(h.beside()); err != nil || h.state == "" {
		return err
	}
	if _, err := os.Lstat(h.state); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	j, err := h.inState()
	if err != nil {
		return err
	}
	defer j.close()
	sweep(j.dir, h.info, j.name, h.stateName())
	return h.recoverBy(j)
}

func (h *Held) recoverBy(j *journal) error {
	before, after, err := j.read(h.limit)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, ErrUnfinished):
		return fmt.Errorf("%w: compare it with %s, then remove that", err, safetext.Line(j.path))
	case err != nil:
		return err
	}
	content, err := h.read()
	switch {
	case err != nil:
		return err
	case bytes.Equal(content, before), bytes.Equal(content, after):
		return j.remove()
	case !mixture(content, before, after):
		return fmt.Errorf("%w: compare it with %s, then remove that", ErrUnfinished, safetext.Line(j.path))
	}
	if err := put(h.file, content[:0], before); err != nil {
		return err
	}
	h.Repaired = true
	return j.remove()
}

// Interrupted gives the path of the journal that a write in place left behind
// when it was killed, or "": until the next Hold with the same options the file
// may be a mixture. It only looks.
func Interrupted(path string, o HoldOptions) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	if real, err = filepath.Abs(real); err != nil {
		return ""
	}
	h := &Held{Path: real, way: &way{name: filepath.Base(real)}, state: o.State}
	places := []string{h.beside().path}
	if o.State != "" {
		places = append(places, filepath.Join(o.State, h.stateName()+journalMark))
	}
	for _, p := range places {
		if _, err := os.Lstat(p); err == nil {
			return p
		}
	}
	return ""
}
