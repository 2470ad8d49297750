package lockedfile

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"rdnsproxy/replacefile/internal/osfile"
	"rdnsproxy/replacefile/internal/pathwalk"
	"rdnsproxy/replacefile/internal/tempfile"
	"rdnsproxy/safetext"
)

// A file that is written in place is for a moment neither the old one nor the new. So a
// journal with both contents is on the disk before its first byte changes, and is removed
// once the new content is there. If the next Open finds a journal, the file holds
//
//   - the old content or the new: the journal is no longer needed;
//   - a mixture of the two, as a killed process or a crash leaves it: the old content is
//     restored;
//   - anything else, so somebody has changed it since: that is ErrUnfinished, and a
//     person has to compare it with the journal and remove the journal.
const (
	journalMark   = ".rdnsproxy-journal"
	journalHeader = "rdnsproxy journal 1: %d bytes before, %d after, %x\n"
)

// journal is one that exists or would.
type journal struct {
	*workDir
	name string
}

func (w *workDir) journal() *journal { return &journal{w, w.hidden(journalMark)} }

// String is its path, safe to print.
func (j *journal) String() string { return safetext.Line(j.join(j.name)) }

func (j *journal) remove() error {
	if err := j.dir.Remove(j.name); err != nil {
		return fmt.Errorf("journal %v: %w", j, osfile.Cause(err))
	}
	return osfile.SyncDir(j.dir)
}

func (j *journal) write(before, after []byte) error {
	temp, err := tempfile.Options{}.Prepare(j.dir, j.name, func(w io.Writer) error {
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
	if err := osfile.Rename(j.dir, temp, j.name); err != nil {
		return errors.Join(err, j.dir.Remove(temp))
	}
	if err := osfile.SyncDir(j.dir); err != nil {
		return errors.Join(err, j.dir.Remove(j.name))
	}
	return nil
}

// read returns both contents. The error is ErrUnfinished if the journal is damaged.
func (j *journal) read(limit int64) (before, after []byte, err error) {
	f, err := j.dir.OpenFile(j.name, os.O_RDONLY|osfile.OpenFlags, 0)
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

// Interrupted returns the path of the journal of a write in place that was killed or is
// under way, or "". Until the next Open with the same options the file may be a mixture.
// Interrupted changes nothing.
func Interrupted(path string, o Options) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	if real, err = filepath.Abs(real); err != nil {
		return ""
	}
	places := []*workDir{{path: filepath.Dir(real), name: filepath.Base(real), own: true}}
	if state, err := os.Stat(o.State); err == nil {
		if file, err := os.Stat(real); err == nil && !pathwalk.Unsafe(state, file) {
			places = append(places, &workDir{path: o.State, name: stateName(real)})
		}
	}
	for _, w := range places {
		path := w.join(w.journal().name)
		if _, err := os.Lstat(path); err == nil {
			return path
		}
	}
	return ""
}
