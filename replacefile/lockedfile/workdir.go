package lockedfile

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"rdnsproxy/replacefile"
	"rdnsproxy/replacefile/internal/osfile"
	"rdnsproxy/replacefile/internal/pathwalk"
	"rdnsproxy/safetext"
)

// workDir is the directory for a file's lock, journal and backups: the file's own, or
// State if that one takes no files.
type workDir struct {
	dir  *os.Root
	path string
	name string // what stands for the file there
	own  bool   // it is the file's own directory
}

// hidden is the name of a file there that is not a backup.
func (w *workDir) hidden(mark string) string {
	if w.own {
		return "." + w.name + mark
	}
	return w.name + mark
}

func (w *workDir) join(name string) string { return filepath.Join(w.path, name) }

func (w *workDir) close() {
	if !w.own {
		w.dir.Close()
	}
}

// beside is the file's own directory.
func (f *File) beside() *workDir {
	return &workDir{dir: f.at.Dir, path: f.at.DirPath, name: f.at.Name, own: true}
}

// inState is State, which must be as safe as the file's own directory.
func (f *File) inState() (*workDir, error) {
	if f.state == "" {
		return nil, ErrNoJournal
	}
	at, err := pathwalk.Resolve(filepath.Join(f.state, stateName(f.Path)))
	if err != nil {
		return nil, f.stateError(err)
	}
	if err := at.CheckOwners(f.info); err != nil {
		at.Close()
		return nil, err
	}
	return &workDir{dir: at.Dir, path: f.state, name: at.Name}, nil
}

func (f *File) stateError(err error) error {
	return fmt.Errorf("directory %s for its journal: %w", safetext.Line(f.state), osfile.Cause(err))
}

// stateName stands for a file in State, where there may be others of its name.
func stateName(path string) string {
	sum := sha256.Sum256([]byte(path))
	return fmt.Sprintf("%s-%x", filepath.Base(path), sum[:8])
}

const lockMark = ".rdnsproxy-lock"

// lockNextTo takes the file's lock, in its own directory or else in State, and so finds
// out which of them is the workDir.
func (f *File) lockNextTo(wait time.Duration) error {
	w, err := f.beside(), error(fs.ErrPermission)
	if !appendOnly(f.at.Dir) {
		f.lock, err = replacefile.TakeLock(w.dir, w.hidden(lockMark), wait)
	}
	if takesNoFile(err) {
		if f.state != "" {
			if err := os.MkdirAll(f.state, 0o700); err != nil {
				return f.stateError(err)
			}
		}
		if w, err = f.inState(); err != nil {
			return err
		}
		f.lock, err = replacefile.TakeLock(w.dir, w.hidden(lockMark), wait)
	}
	if err != nil {
		w.close()
		return err
	}
	f.work = w
	f.lock.GiveTo(f.info)
	return nil
}

// takesNoFile reports whether an error says that this user, or nobody, can make a file in
// a directory.
func takesNoFile(err error) bool {
	return errors.Is(err, fs.ErrPermission) || mounted(err)
}
