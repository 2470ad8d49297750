package hostsfile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"rdnsproxy/internal/replacefile"
	"rdnsproxy/internal/safetext"
)

// Errors of Write and Recover, besides those of the system.
var (
	ErrNeedsRoot    = errors.New("only root may write it") // on Windows, an administrator
	ErrChanged      = replacefile.ErrChanged               // since it was parsed; nothing was written
	ErrLocked       = replacefile.ErrLocked                // another process has it locked for longer than Wait
	ErrReadOnly     = replacefile.ErrReadOnly              // for root as well
	ErrUnsafeFolder = replacefile.ErrUnsafeFolder          // others may write its folder
	ErrNotKept      = replacefile.ErrNotKept               // its owner, label or the like could not be kept
	ErrUnfinished   = replacefile.ErrUnfinished            // an interrupted write left it, and then somebody changed it
	ErrNoJournal    = replacefile.ErrNoJournal             // it can only be written in place, and State is empty
)

// WriteOptions says how to write.
type WriteOptions struct {
	// Backup keeps the old file, as hosts.2026-11-22T143005Z.bak beside it, or in
	// State where its folder cannot be written.
	Backup bool

	// State is a folder for the journal and backups of a hosts file whose own
	// folder cannot be written, such as one that a container has mounted. It is
	// made when it is needed, and must belong to root or the file's owner. If
	// empty, such a file is refused.
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
// no longer what was parsed, ErrChanged. Owner, permissions, SELinux label and
// extended attributes stay. Killed at any moment, the file is the old one or the
// new one; where it has to be written in place it is so once Recover or another
// Write has run. An edit that is Empty writes nothing.
func (e *Edit) Write(o WriteOptions) (Written, error) {
	if e.Empty() {
		return Written{Path: e.file.Path}, nil
	}
	held, err := hold(e.file.Path, o)
	if err != nil {
		return Written{}, err
	}
	defer held.Close()
	w := Written{Path: held.Path}
	if !bytes.Equal(held.Content, e.file.Bytes()) {
		return w, about(e.file.Path, ErrChanged)
	}
	if o.Backup {
		if o.Now.IsZero() {
			o.Now = time.Now()
		}
		if w.Backup, err = held.Backup(o.Now); err != nil {
			return w, about(e.file.Path, err)
		}
	}
	if w.InPlace, err = held.Replace(e.Bytes()); err != nil {
		return w, about(e.file.Path, err)
	}
	return w, nil
}

// Writable is nil if Write can write the file now, or else the error that it would
// give. It changes nothing, but for undoing an interrupted write as Recover does.
func Writable(path string, o WriteOptions) error {
	held, err := hold(path, o)
	if err != nil {
		return err
	}
	held.Close()
	return nil
}

// Recover undoes what a Write left that was killed while it wrote in place; it
// says whether there was anything to undo. Who is going to edit calls it before
// ParseFile.
func Recover(path string, o WriteOptions) (bool, error) {
	held, err := hold(path, o)
	if err != nil {
		return false, err
	}
	defer held.Close()
	return held.Repaired, nil
}

// Interrupted gives the path of what a killed Write in place left beside the
// file or in State, or "". Until Recover has run, the file may hold neither the
// old lines nor the new. It only looks, so it needs no permission to write.
func Interrupted(path string, o WriteOptions) string {
	return replacefile.Interrupted(path, replacefile.HoldOptions{State: o.State})
}

func hold(path string, o WriteOptions) (*replacefile.Held, error) {
	held, err := replacefile.Hold(path, replacefile.HoldOptions{State: o.State, Limit: MaxSize, Wait: o.Wait})
	if err != nil {
		return nil, about(path, err)
	}
	return held, nil
}

// about names the file, and tells what root could do from what nobody can.
func about(path string, err error) error {
	switch {
	case errors.Is(err, replacefile.ErrTooLong):
		return tooLong(path)
	case errors.Is(err, ErrReadOnly):
	case errors.Is(err, replacefile.ErrNotOwned), errors.Is(err, fs.ErrPermission) && os.Geteuid() != 0:
		err = fmt.Errorf("%w: %w", ErrNeedsRoot, reason(err))
	}
	return fmt.Errorf("hosts file %s: %w", safetext.Line(path), reason(err))
}
