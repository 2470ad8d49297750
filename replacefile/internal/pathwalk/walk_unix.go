//go:build linux || darwin || freebsd || netbsd || openbsd

package pathwalk

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"rdnsproxy/replacefile/internal/osfile"
	"rdnsproxy/safetext"
)

// maxLinks is how many symbolic links a path may go through, as in Linux.
const maxLinks = 40

// Resolve walks to a file element by element, each looked up in the directory that was
// opened for the one before. So whoever exchanges directories and links meanwhile
// cannot lead it past CheckLinks and CheckOwners. The file need not exist; it is not a
// symbolic link.
func Resolve(path string) (*Resolved, error) { return resolvePath(path, true) }

// ResolveDir resolves the directory of a path alone: the name in it may be that of a
// symbolic link.
func ResolveDir(path string) (*Resolved, error) { return resolvePath(path, false) }

func resolvePath(path string, whole bool) (*Resolved, error) {
	abs := path
	if !filepath.IsAbs(path) {
		wd, err := os.Getwd()
		if err != nil {
			return nil, err
		}
		abs = wd + "/" + path // not cleaned: what ".." means depends on the links before it
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

// walk is the state of a walk.
type walk struct {
	dir   *os.File // opened for lookups alone, so it need not be readable
	at    string   // its path
	rest  []string // elements still to go
	name  string   // the last element, once it is known not to be a link to follow
	whole bool     // follow a link at the end as well
	links []link
}

// elements splits a path and drops elements that say "here".
func elements(path string) []string {
	return slices.DeleteFunc(strings.Split(path, "/"), func(s string) bool { return s == "" || s == "." })
}

// step goes one element further.
func (w *walk) step() error {
	if len(w.rest) == 0 {
		return osfile.ErrNotRegular // the path ends at a directory
	}
	name := w.rest[0]
	w.rest = w.rest[1:]
	here := int(w.dir.Fd())
	if name == ".." {
		return w.enter(here, name, filepath.Dir(w.at))
	}
	var st unix.Stat_t
	err := unix.Fstatat(here, name, &st, unix.AT_SYMLINK_NOFOLLOW)
	switch {
	case err == nil && st.Mode&unix.S_IFMT == unix.S_IFLNK && (w.whole || len(w.rest) > 0):
		return w.followLink(name, st.Uid)
	case len(w.rest) == 0:
		w.name = name // whether it exists or not
		return nil
	case err != nil:
		return err
	}
	return w.enter(here, name, filepath.Join(w.at, name))
}

// enter opens a directory, where the walk then is.
func (w *walk) enter(from int, name, at string) error {
	fd, err := unix.Openat(from, name, searchOnly|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	w.close()
	w.dir, w.at = os.NewFile(uintptr(fd), at), at
	return nil
}

// followLink puts the content of a symbolic link before the rest of the path.
func (w *walk) followLink(name string, owner uint32) error {
	if len(w.links) == maxLinks {
		return unix.ELOOP
	}
	dir, err := w.dir.Stat()
	if err != nil {
		return err
	}
	to := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(int(w.dir.Fd()), name, to)
	if err != nil {
		return err
	}
	w.links = append(w.links, link{
		path: filepath.Join(w.at, name), owner: owner, dir: dir, dirPath: w.at, last: len(w.rest) == 0,
	})
	w.rest = append(elements(string(to[:n])), w.rest...)
	if to[0] == '/' { // there are no empty links
		return w.enter(unix.AT_FDCWD, "/", "/")
	}
	return nil
}

// end opens the directory for use. This takes its path once more, so it must be the
// directory that the walk has opened.
func (w *walk) end() (*Resolved, error) {
	dir, err := os.OpenRoot(w.at)
	if err != nil {
		return nil, err
	}
	is, err := dir.Stat(".")
	if err == nil {
		var want fs.FileInfo
		if want, err = w.dir.Stat(); err == nil && !os.SameFile(is, want) {
			err = osfile.ErrChanged
		}
	}
	if err != nil {
		dir.Close()
		return nil, err
	}
	return &Resolved{Dir: dir, DirPath: w.at, Name: w.name, links: w.links}, nil
}

func (w *walk) close() {
	if w.dir != nil {
		w.dir.Close()
	}
}

// CheckLinks is ErrForeignLink if another user has made a link on the way in a directory
// where many may. Linux's protected_symlinks does the same for the end of a path alone
// (proc(5)). A link at the end must be root's or this user's.
func (r *Resolved) CheckLinks() error {
	for i, l := range r.links {
		dir, ok := l.dir.Sys().(*syscall.Stat_t)
		last := i == len(r.links)-1 && l.last
		switch {
		case l.owner == 0, int(l.owner) == os.Geteuid():
		case ok && l.owner == dir.Uid && !last:
		case ok && !last && l.dir.Mode()&fs.ModeSticky == 0:
		default:
			return fmt.Errorf("symbolic link %s: %w", safetext.Line(l.path), ErrForeignLink)
		}
	}
	return nil
}
