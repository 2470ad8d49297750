package hostsfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"rdnsproxy/replacefile/lockedfile"
	"rdnsproxy/safetext"
)

// Errors of Write and Recover, besides those of the system.
var (
	ErrNeedsRoot       = errors.New("only root may write it") // on Windows, an administrator
	ErrChanged         = lockedfile.ErrChanged                // since it was parsed; nothing was written
	ErrLocked          = lockedfile.ErrLocked                 // another process has it locked for longer than Wait
	ErrReadOnly        = lockedfile.ErrReadOnly               // for root as well
	ErrUnsafeDirectory = lockedfile.ErrUnsafeDirectory        // others may write its folder
	ErrNotKept         = lockedfile.ErrNotKept                // its owner, label or the like could not be kept
	ErrUnfinished      = lockedfile.ErrUnfinished             // it may be neither old nor new; the text names the journal, for a person
	ErrWritten         = lockedfile.ErrWritten                // it is the new file all the same; the text says what failed then
	ErrNoJournal       = lockedfile.ErrNoJournal              // it can only be written in place, and State is empty
)

// WriteOptions says how to write.
type WriteOptions struct {
	// Backup keeps the old file, as hosts.2026-11-22T143005Z.bak beside it, or in
	// State where its folder cannot be written.
	Backup bool

	// State is a folder for the journal and backups of a hosts file whose own
	// folder takes no file, such as one in a container whose root is read-only. It
	// is made when it is needed, and then must belong to root or the file's owner;
	// until then it does not matter. If empty, such a file is refused.
	State string

	// Wait is how long to wait for another process that is writing the file. If
	// 0, 5 s.
	Wait time.Duration

	// Now is the time in a backup's name. If zero, it is now.
	Now time.Time
}

// Written says what Write did.
type Written struct {
	Path    string // the file, with symbolic links resolved
	Backup  string // the backup's path; empty without
	InPlace bool   // no new file could take its name, so it was written where it is
}

// Write makes the change on the File's Path. It writes nothing where the file is
// no longer what was parsed, ErrChanged, nor on any other error but ErrWritten and
// ErrUnfinished. Owner, permissions, SELinux label and extended attributes stay.
// Killed at any moment, the file is the old one or the new one; where it has to be
// written in place it is so once Recover or another Write has run. An edit that is
// Empty writes nothing.
func (e *Edit) Write(o WriteOptions) (Written, error) {
	if e.Empty() {
		return Written{Path: e.file.Path}, nil
	}
	file, err := openLocked(e.file.Path, o)
	if err != nil {
		return Written{}, err
	}
	defer file.Close()
	w := Written{Path: file.Path}
	if !e.file.is(file.Content) {
		return w, about(e.file.Path, ErrChanged)
	}
	if o.Backup {
		if o.Now.IsZero() {
			o.Now = time.Now()
		}
		if w.Backup, err = file.Backup(o.Now); err != nil {
			return w, about(e.file.Path, err)
		}
	}
	if w.InPlace, err = file.Replace(e.Bytes()); err != nil {
		err = about(e.file.Path, err)
	}
	return w, err
}

// Writable is nil if Write is likely to succeed, or else the error that it would
// give: who may write, and where. It changes nothing and waits for nobody, so
// that a lock, a full disk or an interrupted write shows in Write alone.
func Writable(path string, o WriteOptions) error {
	if err := lockedfile.Writable(path, openOptions(o)); err != nil {
		return about(path, err)
	}
	return nil
}

// Recover puts right what a Write left that was killed while it wrote in place,
// and says whether the file was a mixture, which is the old file again now. It is
// false without an error where the killed Write had just begun or had all but
// ended, or where the Write was not killed and has ended meanwhile: then the file
// is what it was, the old one or the new. Who is going to edit calls it before
// ParseFile.
func Recover(path string, o WriteOptions) (repaired bool, err error) {
	file, err := openLocked(path, o)
	if err != nil {
		return false, err
	}
	defer file.Close()
	return file.Repaired, nil
}

// Interrupted gives the path of the journal, beside the file or in State, of a
// Write in place that was killed or is under way, or "". Until Recover has run, the
// file may hold neither the old lines nor the new. It only looks, so it needs no
// permission to write.
func Interrupted(path string, o WriteOptions) string {
	return lockedfile.Interrupted(path, openOptions(o))
}

func openOptions(o WriteOptions) lockedfile.Options {
	return lockedfile.Options{State: o.State, Limit: MaxSize, Wait: o.Wait}
}

func openLocked(path string, o WriteOptions) (*lockedfile.File, error) {
	file, err := lockedfile.Open(path, openOptions(o))
	if err != nil {
		return nil, about(path, err)
	}
	return file, nil
}

// about names the file, and tells what root could do from what nobody can.
func about(path string, err error) error {
	switch {
	case errors.Is(err, lockedfile.ErrTooLong):
		return tooLong(path)
	case errors.Is(err, ErrReadOnly), errors.Is(err, ErrWritten):
	case errors.Is(err, lockedfile.ErrNotOwned), errors.Is(err, fs.ErrPermission) && os.Geteuid() != 0:
		err = fmt.Errorf("%w: %w", ErrNeedsRoot, reason(err))
	}
	return fmt.Errorf("hosts file %s: %w", safetext.Line(path), reason(err))
}
