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

// Errors of Write and Recover, besides the system's.
var (
	// ErrNeedsRoot says that only root may write the file; on Windows, an administrator.
	ErrNeedsRoot = errors.New("needs root")

	ErrChanged         = lockedfile.ErrChanged         // since it was parsed; nothing was written
	ErrLocked          = lockedfile.ErrLocked          // by another process, for longer than Wait
	ErrReadOnly        = lockedfile.ErrReadOnly        // also for root
	ErrUnsafeDirectory = lockedfile.ErrUnsafeDirectory // other users may write to its directory
	ErrNotKept         = lockedfile.ErrNotKept         // a new file cannot get its owner, label or the like
	ErrUnfinished      = lockedfile.ErrUnfinished      // it may be neither old nor new; the text names the journal
	ErrWritten         = lockedfile.ErrWritten         // it is the new file all the same; the text says what failed
	ErrNoJournal       = lockedfile.ErrNoJournal       // it can only be written in place, and State is empty
)

// WriteOptions says how to write.
type WriteOptions struct {
	// Backup saves the old file as hosts.2026-11-22T143005Z.bak in its directory, or in
	// State if that directory cannot be written to.
	Backup bool

	// State is a directory for the journal and backups of a hosts file whose own directory
	// takes no files, such as one in a container with a read-only root. It is created when
	// it is needed, and then must belong to root or the file's owner. If empty, such a file
	// is refused.
	State string

	// Wait is how long to wait for another process that is writing the file. If 0, 5 s.
	Wait time.Duration

	// Now is the time in a backup's name. If zero, time.Now.
	Now time.Time
}

// Written says what Write has done.
type Written struct {
	Path    string // the file, with symbolic links resolved
	Backup  string // the backup's path; "" if there is none
	InPlace bool   // no new file could take its name, so it was overwritten
}

// Write changes the file at the File's Path. If the file is no longer what was parsed,
// the error is ErrChanged and nothing is written, nor after any other error but ErrWritten
// and ErrUnfinished. Owner, permissions, SELinux label and extended attributes stay. If
// the process is killed, the file is the old one or the new one; if it had to be written
// in place, once Recover or another Write has run. An Empty edit writes nothing.
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

// Writable is nil if Write is likely to succeed, else the error that Write would return.
// It changes nothing and does not wait, so only Write sees a lock, a full disk or an
// interrupted write.
func Writable(path string, o WriteOptions) error {
	if err := lockedfile.Writable(path, openOptions(o)); err != nil {
		return about(path, err)
	}
	return nil
}

// Recover repairs the file after a Write in place was killed, and reports whether the file
// was a mixture, which is the old file again now. It is false without an error if the file
// was whole, the old one or the new: the Write had just begun, had almost ended, or was
// not killed and has ended meanwhile. Callers that edit the file call Recover before
// ParseFile.
func Recover(path string, o WriteOptions) (repaired bool, err error) {
	file, err := openLocked(path, o)
	if err != nil {
		return false, err
	}
	defer file.Close()
	return file.Repaired, nil
}

// Interrupted returns the path of the journal, beside the file or in State, of a Write in
// place that was killed or is under way, or "". Until Recover has run, the file may be
// neither old nor new. Interrupted needs no permission to write.
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

// about adds the file's path, and distinguishes what root could do from what nobody can.
func about(path string, err error) error {
	switch {
	case errors.Is(err, lockedfile.ErrTooLong):
		return tooLong(path)
	case errors.Is(err, ErrReadOnly), errors.Is(err, ErrWritten):
	case errors.Is(err, lockedfile.ErrNotOwned), errors.Is(err, fs.ErrPermission) && os.Geteuid() != 0:
		err = fmt.Errorf("%w: %w", reason(err), ErrNeedsRoot)
	}
	return fmt.Errorf("hosts file %s: %w", safetext.Line(path), reason(err))
}
