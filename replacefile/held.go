package replacefile

import (
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
	ErrLocked       = errors.New("another process holds it")
	ErrReadOnly     = errors.New("not even root can write it: it or its file system is read-only or immutable")
	ErrUnsafeFolder = errors.New("others than root and the file's owner may write there")
	ErrNotKept      = errors.New("cannot be replaced as it is")
	ErrTooLong      = errors.New("too long")
	ErrUnfinished   = errors.New("an unfinished write has left it neither old nor new")
	ErrWritten      = errors.New("written, but with an error at the end")
	ErrForeignLink  = errors.New("another user has laid it where everybody may lay one")
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
	place *place
	lock  *Lock
}

// Hold opens, locks and reads a file, after it has put right what a killed
// process left behind. A second Hold of the same file waits. Its errors, and
// those of the Held, are one of the above or the system's; they leave it to the
// caller to name the file.
//
// Two processes exclude each other if both can write the file's folder, or if
// neither can and they have the same State. Others notice each other by
// ErrChanged.
func Hold(path string, o HoldOptions) (*Held, error) {
	h, err := find(path, o)
	if err != nil {
		return nil, err
	}
	if o.Wait == 0 {
		o.Wait = 5 * time.Second
	}
	if err := h.begin(o.Wait); err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
}

// find opens a file, and refuses one that it is not safe to write.
func find(path string, o HoldOptions) (*Held, error) {
	w, err := follow(path)
	if err != nil {
		return nil, err
	}
	h := &Held{Path: filepath.Join(w.folder, w.name), way: w, state: o.State, limit: o.Limit}
	if h.limit == 0 {
		h.limit = 64 << 20
	}
	if err := h.open(); err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
}

// Close lets go of the file.
func (h *Held) Close() {
	if h.file != nil {
		h.file.Close()
	}
	if h.lock != nil {
		h.lock.Release()
		h.place.close()
	}
	h.dir.Close()
}

func (h *Held) begin(wait time.Duration) error {
	if err := h.settle(wait); err != nil {
		return err
	}
	if h.current() != nil { // who had the lock before has put another file in its place
		h.file.Close()
		if err := h.open(); err != nil {
			return err
		}
	}
	if err := h.recover(); err != nil {
		return err
	}
	content, err := readAll(h.file, h.limit)
	h.Content = content
	return err
}

// open opens what has the name, and refuses what a write could not be meant for.
func (h *Held) open() error {
	const tries = 100 // against those who replace the file again and again
	for range tries {
		if err := h.openNow(); err != errExchanged {
			return err
		}
	}
	return ErrChanged
}

var errExchanged = errors.New("another file has come while it was opened")

func (h *Held) openNow() error {
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
	if h.info, err = file.Stat(); err != nil {
		return err
	}
	switch {
	case !os.SameFile(info, h.info): // it may be what a link leads to
		h.file.Close()
		return errExchanged
	case h.info.Size() > h.limit:
		return ErrTooLong
	}
	return h.unsafe(h.info)
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

// unchanged says whether the file is still what Content is.
func (h *Held) unchanged() error {
	if err := h.current(); err != nil {
		return err
	}
	same, err := holds(h.file, h.Content)
	if err == nil && !same {
		err = ErrChanged
	}
	return err
}

// Replace gives the file new content. Where a new file can take its name it does
// so; readers see the old content or the new. Where it cannot, because a
// container has mounted the file there, the folder takes no file, or the file has
// further names, the file is written in place, with a journal from which the
// next Hold restores it; inPlace says so.
//
// On an error the file is what it was, but for two: ErrWritten says that it has
// the new content, and ErrUnfinished that it may have neither.
func (h *Held) Replace(content []byte) (inPlace bool, err error) {
	if h.place.own && replaces(h.dir, h.info) {
		replaced, err := h.rename(content)
		if replaced || !irreplaceable(err) {
			return false, err
		}
	}
	return true, h.overwrite(content)
}

// rename puts a new file in the place of the held one.
func (h *Held) rename(content []byte) (replaced bool, err error) {
	temp, err := h.prepare(h.dir, h.name, content)
	if err != nil {
		return false, err
	}
	if err := h.unchanged(); err != nil {
		return false, errors.Join(err, h.dir.Remove(temp))
	}
	if err := h.dir.Rename(temp, h.name); err != nil {
		return false, errors.Join(err, h.dir.Remove(temp))
	}
	return true, written(syncFolder(h.dir))
}

// written says of an error that it came after the new content.
func written(err error) error {
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrWritten, err)
	}
	return err
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
	return closed(err) && !errors.Is(err, ErrNotKept) && !errors.Is(err, ErrChanged)
}

// Backup keeps Content as a file of its own, beside the held one or else in the
// State folder, whose name ends in the time. It gives its path.
func (h *Held) Backup(at time.Time) (string, error) {
	p := h.place
	temp, err := h.prepare(p.dir, p.name, h.Content)
	if err != nil {
		return "", err
	}
	stamped := p.name + at.UTC().Format(".2006-01-02T150405Z")
	name := stamped + ".bak"
	for n := 2; exists(p.dir, name); n++ {
		name = fmt.Sprintf("%s-%d.bak", stamped, n)
	}
	if err := p.dir.Rename(temp, name); err != nil {
		return "", errors.Join(err, p.dir.Remove(temp))
	}
	if err := syncFolder(p.dir); err != nil {
		return "", errors.Join(err, p.dir.Remove(name))
	}
	return p.path(name), nil
}

func exists(dir *os.Root, name string) bool {
	_, err := dir.Lstat(name)
	return err == nil
}

// Sweep removes what killed processes left of files of this user's that were to
// have a name, with permissions of 0600. Only who holds the lock by which all take
// turns who write it may: nobody else is preparing one then.
func Sweep(dir *os.Root, name string) { sweep(dir, nil, name) }

// sweep is Sweep for some names, and for files that were to become like another.
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

// prepared says that a file can be one that was to become like another, if there
// is one: at first it is its maker's alone, then it gets the other's owner and
// permissions.
func prepared(info, like fs.FileInfo) bool {
	perm, ours := fs.FileMode(0o600), OwnedByUser(info)
	if like != nil {
		perm, ours = perm|like.Mode().Perm(), ours || sameOwner(info, like)
	}
	return info.Mode().IsRegular() && info.Mode().Perm()&^perm == 0 && ours
}

// reason drops the path, which is a name within the opened folder.
func reason(err error) error {
	switch e := err.(type) {
	case *fs.PathError:
		return e.Err
	case *os.LinkError:
		return e.Err
	}
	return err
}
