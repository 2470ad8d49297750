package replacefile

import (
	"fmt"
	"io/fs"
	"os"

	"rdnsproxy/safetext"
)

// way is how a path was walked: to a folder, which stays open, and a name in it.
type way struct {
	dir    *os.Root
	folder string // the path of dir, without symbolic links
	name   string
	links  []link // those that were followed
}

// link is a symbolic link that was followed, and what says who could have laid it.
type link struct {
	path   string
	owner  uint32
	folder fs.FileInfo // in which it lies
	in     string      // its path
	last   bool        // nothing of the path was left when it was met
}

// unsafe refuses a way that others than root and the file's owner could have laid,
// and a folder at its end in which they could lay something.
func (w *way) unsafe(file fs.FileInfo) error {
	for _, l := range w.links {
		if unsafeFolder(l.folder, file) {
			return fmt.Errorf("folder %s, with a symbolic link on the way: %w", safetext.Line(l.in), ErrUnsafeFolder)
		}
		if !trustedOwner(l.owner, file) {
			return fmt.Errorf("symbolic link %s: %w", safetext.Line(l.path), ErrUnsafeFolder)
		}
	}
	info, err := w.dir.Stat(".")
	if err != nil {
		return err
	}
	if unsafeFolder(info, file) {
		return fmt.Errorf("folder %s: %w", safetext.Line(w.folder), ErrUnsafeFolder)
	}
	return nil
}
