// Package pathwalk resolves a path to an opened directory and a name in it, and says
// whether other users could have planted a symbolic link on the way.
package pathwalk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"rdnsproxy/safetext"
)

// Errors of CheckLinks and CheckOwners.
var (
	ErrForeignLink     = errors.New("made by another user in a directory that everybody can write to")
	ErrUnsafeDirectory = errors.New("users other than root and the file's owner can change it")
)

// Resolved is a path after its symbolic links: a directory, which stays open, and a
// name in it, which need not exist.
type Resolved struct {
	Dir     *os.Root
	DirPath string // of Dir, without symbolic links
	Name    string

	links []link // those that were followed
}

// Path is the whole path, without symbolic links.
func (r *Resolved) Path() string { return filepath.Join(r.DirPath, r.Name) }

// Close closes the directory.
func (r *Resolved) Close() { r.Dir.Close() }

// link is a symbolic link that was followed, with what says who could have made it.
type link struct {
	path    string
	owner   uint32
	dir     fs.FileInfo // the directory that it is in
	dirPath string
	last    bool // nothing of the path was left after it
}

// CheckOwners is ErrUnsafeDirectory if anybody but root and the file's owner could have
// made a link on the way, or can make a file in the directory.
func (r *Resolved) CheckOwners(file fs.FileInfo) error {
	for _, l := range r.links {
		if Unsafe(l.dir, file) {
			return fmt.Errorf("directory %s, with a symbolic link on the way: %w",
				safetext.Line(l.dirPath), ErrUnsafeDirectory)
		}
		if !trustedOwner(l.owner, file) {
			return fmt.Errorf("symbolic link %s: %w", safetext.Line(l.path), ErrUnsafeDirectory)
		}
	}
	info, err := r.Dir.Stat(".")
	if err != nil {
		return err
	}
	if Unsafe(info, file) {
		return fmt.Errorf("directory %s: %w", safetext.Line(r.DirPath), ErrUnsafeDirectory)
	}
	return nil
}
