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
	"slices"
	"time"
)

// Errors of Hold and of a Held.
var (
	ErrChanged      = errors.New("changed since it was read; nothing was written")
	ErrLocked       = errors.New("another process holds a lock on it")
	ErrReadOnly     = errors.New("not even root can write it: it or its file system is read-only or immutable")
	ErrUnsafeFolder = errors.New("others than root and the file's owner may write there")
	ErrNotKept      = errors.New("cannot be replaced as it is")
	ErrTooLong      = errors.New("too long")
	ErrUnfinished   = errors.New("an earlier write was interrupted, and the file has been changed since")
	ErrNoJournal    = errors.New("can only be written in place, and there is no folder for a journal")
)

// HoldOptions says how to hold a file.
type HoldOptions struct {
	// State is a folder for the journal and the backups of files whose own folder
	// takes none. It is made, 0700, when it is needed. If empty, there is none.
	State string

	// Limit is how many bytes the file may have. If 0, 64 MiB.
	Limit int64

	// Wait is how long to wait for another process's lock. If 0, 5 s.
	Wait time.Duration
}

// Held is a system's own file, like /etc/hosts, that is locked and about to be
// changed: it keeps its owner, permissions, label and other attributes, and
// after a process was killed at any moment the next Hold finds the old content
// or the new.
//
// It is for files that are there. Symbolic links on the way to it are followed
// once, if nobody but root and the file's owner could have laid them; from then on
// everything is done relative to the opened folder.
type Held struct {
	Path     string // with symbolic links resolved
	Content  []byte // as it was when the lock was had
	Repaired bool   // an interrupted write had left a mixture, which Hold undid

	*way
	file  *os.File
	info  fs.FileInfo
	state string
	limit int64
}

// Hold opens, locks and reads a file, after it has put right what a killed
// process left behind. A second Hold of the same file waits. Its errors, and
// those of the Held, are one of the above or the system's; they leave it to the
// caller to name the file.
func Hold(path string, o HoldOptions) (*Held, error) {
	w, err := follow(path)
	if err != nil {
		return nil, err
	}
	h := &Held{Path: filepath.Join(w.folder, w.name), way: w, state: o.State, limit: o.Limit}
	if h.limit == 0 {
		h.limit = 64 << 20
	}
	if o.Wait == 0 {
		o.Wait = 5 * time.Second
	}
	if err := h.open(o.Wait); err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
}

// Close lets go of the file.
func (h *Held) Close() {
	if h.file != nil {
		h.file.Close() // and with it goes the lock
	}
	h.dir.Close()
}

func (h *Held) open(wait time.Duration) error {
	if err := h.lock(time.Now().Add(wait)); err != nil {
		return err
	}
	if err := h.unsafe(h.info); err != nil {
		return err
	}
	sweep(h.dir, h.info, h.name)
	if err := h.recover(); err != nil {
		return err
	}
	content, err := h.read()
	h.Content = content
	return err
}

// lock opens the file and gets the lock on it. Whoever held the lock before may
// have put another file in its place, so that what is locked must still be what
// has the name.
func (h *Held) lock(until time.Time) error {
	for {
		if err := h.openFile(); err != nil {
			return err
		}
		got, err := tryLock(h.file)
		if err != nil {
			return err
		}
		if got && h.current() == nil {
			return nil
		}
		h.file.Close()
		h.file = nil
		if time.Now().After(until) {
			return ErrLocked
		}
		if !got {
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// openFile opens what has the name, and refuses what a write could not be meant
// for.
func (h *Held) openFile() error {
	info, err := h.dir.Lstat(h.name)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() { // before the open, which may have effects on a device
		return ErrNotRegular
	}
	if !isRoot() && !OwnedByUser(info) {
		return ErrNotOwned
	}
	file, err := h.dir.OpenFile(h.name, os.O_RDWR|openCarefully, 0)
	if err != nil {
		return readOnly(err)
	}
	h.file = file
	h.info, err = file.Stat()
	switch {
	case err != nil:
		return err
	case !h.info.Mode().IsRegular():
		return ErrNotRegular
	case h.info.Size() > h.limit:
		return ErrTooLong
	}
	return nil
}

// current says whether the name is still that of the opened file.
func (h *Held) current() error {
	info, err := h.dir.Lstat(h.name)
	if err == nil && os.SameFile(info, h.info) {
		return nil
	}
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return ErrChanged
	}
	return err
}

// read reads the opened file from its beginning.
func (h *Held) read() ([]byte, error) {
	b, err := io.ReadAll(io.NewSectionReader(h.file, 0, h.limit+1))
	if err == nil && int64(len(b)) > h.limit {
		err = ErrTooLong
	}
	return b, err
}

// unchanged says whether the file is still what Content is.
func (h *Held) unchanged() error {
	if err := h.current(); err != nil {
		return err
	}
	b, err := h.read()
	if err == nil && !bytes.Equal(b, h.Content) {
		err = ErrChanged
	}
	return err
}

// Replace gives the file new content. Where a new file can take its name it does
// so; readers see the old content or the new. Where it cannot, because a
// container has mounted the file there, the folder is read-only, or the file has
// further names, the file is written in place, with a journal from which the
// next Hold restores it; inPlace says so. On an error the file is what it was,
// but for ErrUnfinished, which names the journal.
func (h *Held) Replace(content []byte) (inPlace bool, err error) {
	if replaces(h.dir, h.info) {
		err := h.rename(content)
		if !irreplaceable(err) {
			return false, err
		}
	}
	return true, h.overwrite(content)
}

// rename puts a new file in the place of the held one.
func (h *Held) rename(content []byte) error {
	temp, err := h.prepare(h.dir, h.name, content)
	if err != nil {
		return err
	}
	if err := h.unchanged(); err != nil {
		return errors.Join(err, h.dir.Remove(temp))
	}
	if err := h.dir.Rename(temp, h.name); err != nil {
		return errors.Join(err, h.dir.Remove(temp))
	}
	return syncFolder(h.dir)
}

// prepare makes a file like the held one, under a name that sweep knows.
func (h *Held) prepare(dir *os.Root, name string, content []byte) (string, error) {
	return Options{like: h.file}.prepare(dir, name, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// irreplaceable says of an error of rename that the file itself may still be
// written.
func irreplaceable(err error) bool {
	return err != nil && !errors.Is(err, ErrNotKept) && !errors.Is(err, ErrChanged) &&
		(errors.Is(err, fs.ErrPermission) || mounted(err))
}

// Backup keeps Content as a file of its own, beside the held one or else in the
// State folder, whose name ends in the time. It gives its path.
func (h *Held) Backup(at time.Time) (string, error) {
	path, err := h.backup(h.dir, filepath.Dir(h.Path), h.name, at)
	if irreplaceable(err) && h.state != "" {
		var dir *os.Root
		if dir, err = h.openState(); err == nil {
			defer dir.Close()
			path, err = h.backup(dir, h.state, h.stateName(), at)
		}
	}
	return path, err
}

func (h *Held) backup(dir *os.Root, folder, name string, at time.Time) (string, error) {
	temp, err := h.prepare(dir, name, h.Content)
	if err != nil {
		return "", err
	}
	stamped := name + at.UTC().Format(".2006-01-02T150405Z")
	name = stamped + ".bak"
	for n := 2; exists(dir, name); n++ {
		name = fmt.Sprintf("%s-%d.bak", stamped, n)
	}
	if err := dir.Rename(temp, name); err != nil {
		return "", errors.Join(err, dir.Remove(temp))
	}
	return filepath.Join(folder, name), syncFolder(dir)
}

func exists(dir *os.Root, name string) bool {
	_, err := dir.Lstat(name)
	return err == nil
}

// openState opens the State folder, which must be as safe as the file's own.
func (h *Held) openState() (*os.Root, error) {
	if h.state == "" {
		return nil, ErrNoJournal
	}
	if err := os.MkdirAll(h.state, 0o700); err != nil {
		return nil, fmt.Errorf("folder for its journal: %w", err)
	}
	w, err := follow(filepath.Join(h.state, h.stateName()))
	if err != nil {
		return nil, fmt.Errorf("folder for its journal: %w", err)
	}
	if err := w.unsafe(h.info); err != nil {
		w.dir.Close()
		return nil, err
	}
	return w.dir, nil
}

// sweep removes what killed processes left of files that they prepared for these
// names, like the held one. Only who holds the lock may: nobody else is preparing
// then.
func sweep(dir *os.Root, like fs.FileInfo, names ...string) {
	folder, err := dir.Open(".")
	if err != nil {
		return
	}
	defer folder.Close()
	entries, _ := folder.ReadDir(-1)
	for _, e := range entries {
		if target, ok := TempOf(e.Name()); !ok || !slices.Contains(names, target) {
			continue
		}
		if info, err := dir.Lstat(e.Name()); err == nil && prepared(info, like) {
			dir.Remove(e.Name())
		}
	}
}

// prepared says that a file can be one that was to become like another: at first
// it is its maker's alone, then it gets the other's owner and permissions.
func prepared(info, like fs.FileInfo) bool {
	return info.Mode().IsRegular() && info.Mode().Perm()&^(like.Mode().Perm()|0o600) == 0 &&
		(OwnedByUser(info) || sameOwner(info, like))
}

// stateName is what stands for the held file in a folder that it shares with
// others of its name.
func (h *Held) stateName() string {
	sum := sha256.Sum256([]byte(h.Path))
	return fmt.Sprintf("%s-%x", h.name, sum[:8])
}
