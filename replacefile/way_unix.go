//go:build linux || darwin || freebsd || netbsd || openbsd

package replacefile

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"rdnsproxy/safetext"
)

// maxLinks is how many symbolic links a way may have, as in Linux.
const maxLinks = 40

// follow walks to a file element by element, each looked up in the folder that
// was opened for the one before: whoever exchanges folders and links meanwhile
// leads nobody past unsafe. Whether there is anything at the path is not asked,
// but it is no symbolic link.
func follow(path string) (*way, error) { return walkTo(path, true) }

// followFolder is follow to the folder of a path: what has the name in it may be a
// symbolic link.
func followFolder(path string) (*way, error) { return walkTo(path, false) }

func walkTo(path string, whole bool) (*way, error) {
	abs := path
	if !filepath.IsAbs(path) {
		wd, err := os.Getwd()
		if err != nil {
			return nil, err
		}
		abs = wd + "/" + path // as it is: what ".." means depends on the links before it
	}
	w := &walk{rest: elements(abs), whole: whole}
	defer w.close()
	err := w.enter(unix.AT_FDCWD, "/", "/")
	for err == nil && w.name == "" {
		err = w.step()
	}
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return w.end()
}

// walk is where a walk has come to.
type walk struct {
	folder *os.File // opened to look names up in, which needs no leave to read it
	at     string   // its path
	rest   []string // elements still to go
	name   string   // the last one, when it has been found to be no link
	whole  bool     // a link that has the last name is followed too
	links  []link
}

// elements cuts a path; what says "here" is left out.
func elements(path string) []string {
	return slices.DeleteFunc(strings.Split(path, "/"), func(s string) bool { return s == "" || s == "." })
}

// step goes one element further.
func (w *walk) step() error {
	if len(w.rest) == 0 {
		return ErrNotRegular // it has ended at a folder
	}
	name := w.rest[0]
	w.rest = w.rest[1:]
	here := int(w.folder.Fd())
	if name == ".." {
		return w.enter(here, name, filepath.Dir(w.at))
	}
	var st unix.Stat_t
	err := unix.Fstatat(here, name, &st, unix.AT_SYMLINK_NOFOLLOW)
	switch {
	case err == nil && st.Mode&unix.S_IFMT == unix.S_IFLNK && (w.whole || len(w.rest) > 0):
		return w.cross(name, st.Uid)
	case len(w.rest) == 0:
		w.name = name // there or not
		return nil
	case err != nil:
		return err
	}
	return w.enter(here, name, filepath.Join(w.at, name))
}

// enter opens a folder, which becomes the one where the walk is.
func (w *walk) enter(from int, name, at string) error {
	fd, err := unix.Openat(from, name, searchOnly|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	w.close()
	w.folder, w.at = os.NewFile(uintptr(fd), at), at
	return nil
}

// cross puts what a symbolic link says in its place.
func (w *walk) cross(name string, owner uint32) error {
	if len(w.links) == maxLinks {
		return unix.ELOOP
	}
	folder, err := w.folder.Stat()
	if err != nil {
		return err
	}
	to := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(int(w.folder.Fd()), name, to)
	if err != nil {
		return err
	}
	w.links = append(w.links, link{path: filepath.Join(w.at, name), owner: owner, folder: folder, in: w.at, last: len(w.rest) == 0})
	w.rest = append(elements(string(to[:n])), w.rest...)
	if to[0] == '/' { // there is no empty link
		return w.enter(unix.AT_FDCWD, "/", "/")
	}
	return nil
}

// end opens the folder for use. That takes its path once more, but only to be the
// folder that the walk has opened.
func (w *walk) end() (*way, error) {
	dir, err := os.OpenRoot(w.at)
	if err != nil {
		return nil, err
	}
	is, err := dir.Stat(".")
	if err == nil {
		var want fs.FileInfo
		if want, err = w.folder.Stat(); err == nil && !os.SameFile(is, want) {
			err = ErrChanged
		}
	}
	if err != nil {
		dir.Close()
		return nil, err
	}
	return &way{dir: dir, folder: w.at, name: w.name, links: w.links}, nil
}

// laid refuses a way with a link that another user has laid where many may lay one,
// as Linux's protected_symlinks does at the end of a path alone (proc(5)). The link
// at the end has to be root's or this user's.
func (w *way) laid() error {
	for i, l := range w.links {
		folder, ok := l.folder.Sys().(*syscall.Stat_t)
		last := i == len(w.links)-1 && l.last
		switch {
		case l.owner == 0, int(l.owner) == os.Geteuid():
		case ok && l.owner == folder.Uid && !last:
		case ok && !last && l.folder.Mode()&fs.ModeSticky == 0:
		default:
			return fmt.Errorf("symbolic link %s: %w", safetext.Line(l.path), ErrForeignLink)
		}
	}
	return nil
}

func (w *walk) close() {
	if w.folder != nil {
		w.folder.Close()
	}
}
