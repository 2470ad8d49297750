// Package lockedfile changes a system's own file, like /etc/hosts, which is more than
// its content: it keeps its owner, permissions, label and other attributes. A process
// that is killed at any moment leaves the old content or the new, at the latest once
// the next Open has repaired it.
//
// # How a file is written
//
// A new file takes the old one's name if it can. It cannot if a container's engine has
// mounted the file there, if the directory takes no files, if the file has several
// names, and on Windows. Then the file is written in place, with a journal beside it
// from which the next Open restores it.
//
// # Whom it trusts
//
// The file must exist. Symbolic links on the way to it are followed once, if nobody but
// root and the file's owner could have made them. From then on everything is done
// relative to the opened directory.
package lockedfile

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"rdnsproxy/replacefile"
	"rdnsproxy/replacefile/internal/attributes"
	"rdnsproxy/replacefile/internal/osfile"
	"rdnsproxy/replacefile/internal/pathwalk"
	"rdnsproxy/replacefile/internal/tempfile"
)

// Errors of Open and of a File, besides the system's.
var (
	ErrNotRegular      = osfile.ErrNotRegular
	ErrNotOwned        = osfile.ErrNotOwned
	ErrChanged         = osfile.ErrChanged
	ErrLocked          = osfile.ErrLocked
	ErrWritten         = osfile.ErrWritten
	ErrNotKept         = attributes.ErrNotKept
	ErrUnsafeDirectory = pathwalk.ErrUnsafeDirectory

	ErrReadOnly   = errors.New("not even root can write it: it or its file system is read-only or immutable")
	ErrTooLong    = errors.New("too long")
	ErrUnfinished = errors.New("an interrupted write has left a mixture of old and new")
	ErrNoJournal  = errors.New("can only be written in place, and there is no directory for a journal")
)

// Options says how to open a file.
type Options struct {
	// State is a directory for the lock, the journal and the backups of files whose own
	// directory takes none. It is created, 0700, when it is needed. If empty, there is
	// none.
	State string

	// Limit is how many bytes the file may have. If 0, 64 MiB.
	Limit int64

	// Wait is how long to wait for another process's lock. If 0, 5 s.
	Wait time.Duration
}

// File is a file that is locked and about to be changed.
type File struct {
	Path     string // with symbolic links resolved
	Content  []byte // as it was when the lock was taken
	Repaired bool   // an interrupted write had left a mixture, which Open undid

	at    *pathwalk.Resolved
	file  *os.File
	info  fs.FileInfo
	state string
	limit int64
	work  *workDir
	lock  *replacefile.Lock
}

// Open opens, locks and reads a file, after it has repaired what a killed process left
// behind. A second Open of the same file waits. Errors, also those of a File, do not name
// the file.
//
// Two processes exclude each other if both can write to the file's directory, or if
// neither can and they have the same State. Others notice each other by ErrChanged.
func Open(path string, o Options) (*File, error) {
	f, err := find(path, o)
	if err != nil {
		return nil, err
	}
	if o.Wait == 0 {
		o.Wait = 5 * time.Second
	}
	if err := f.begin(o.Wait); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// find opens a file, and refuses one that it is not safe to write.
func find(path string, o Options) (*File, error) {
	at, err := pathwalk.Resolve(path)
	if err != nil {
		return nil, err
	}
	f := &File{Path: at.Path(), at: at, state: o.State, limit: o.Limit}
	if f.limit == 0 {
		f.limit = 64 << 20
	}
	if err := f.open(); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Close unlocks and closes the file.
func (f *File) Close() {
	if f.file != nil {
		f.file.Close()
	}
	if f.lock != nil {
		f.lock.Release()
		f.work.close()
	}
	f.at.Close()
}

func (f *File) begin(wait time.Duration) error {
	if err := f.lockNextTo(wait); err != nil {
		return err
	}
	if f.hasName() != nil { // the process that had the lock before has replaced it
		f.file.Close()
		if err := f.open(); err != nil {
			return err
		}
	}
	if err := f.recover(); err != nil {
		return err
	}
	content, err := readAll(f.file, f.limit)
	f.Content = content
	return err
}

// open opens the file that has the name now, and refuses one that cannot be meant.
func (f *File) open() error {
	const tries = 100 // against somebody who replaces the file again and again
	for range tries {
		if err := f.openOnce(); err != errExchanged {
			return err
		}
	}
	return ErrChanged
}

var errExchanged = errors.New("another file got the name while it was opened")

func (f *File) openOnce() error {
	info, err := f.at.Dir.Lstat(f.at.Name)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() { // before the open, which may have effects on a device
		return ErrNotRegular
	}
	if !osfile.IsRoot() && !osfile.OwnedByUser(info) {
		return ErrNotOwned
	}
	file, err := f.at.Dir.OpenFile(f.at.Name, os.O_RDWR|osfile.OpenFlags, 0)
	if err != nil {
		return readOnly(err)
	}
	f.file = file
	if f.info, err = file.Stat(); err != nil {
		return err
	}
	switch {
	case !os.SameFile(info, f.info):
		f.file.Close()
		return errExchanged
	case f.info.Size() > f.limit:
		return ErrTooLong
	}
	return f.at.CheckOwners(f.info)
}

// hasName is nil if the name is still that of the opened file.
func (f *File) hasName() error {
	info, err := f.at.Dir.Lstat(f.at.Name)
	if err == nil && os.SameFile(info, f.info) {
		return nil
	}
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return ErrChanged
	}
	return err
}

// unchanged is nil if the file still holds Content.
func (f *File) unchanged() error {
	if err := f.hasName(); err != nil {
		return err
	}
	same, err := holds(f.file, f.Content)
	if err == nil && !same {
		err = ErrChanged
	}
	return err
}

// Writable is nil if Open and Replace are likely to succeed, else the error of the one
// that would fail. It changes nothing and does not wait, so it does not see a lock, a
// full disk, or what an interrupted write has left.
func Writable(path string, o Options) error {
	f, err := find(path, o)
	if err != nil {
		return err
	}
	defer f.Close()
	if !appendOnly(f.at.Dir) && takesFiles(f.at.Dir) == nil {
		return nil
	}
	if _, err := os.Stat(f.state); errors.Is(err, fs.ErrNotExist) && f.state != "" {
		return nil // it will be created
	}
	work, err := f.inState()
	if err != nil {
		return err
	}
	defer work.close()
	if err := takesFiles(work.dir); err != nil {
		return f.stateError(err)
	}
	return nil
}

// sweep removes what killed processes have left of new files and journals.
func (f *File) sweep() {
	tempfile.Sweep(f.work.dir, f.info, f.work.name, f.work.hidden(journalMark))
}
