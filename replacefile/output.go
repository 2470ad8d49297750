package replacefile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"rdnsproxy/replacefile/internal/osfile"
	"rdnsproxy/replacefile/internal/pathwalk"
	"rdnsproxy/replacefile/internal/tempfile"
	"rdnsproxy/safetext"
)

// ErrIsDirectory says that the path of a file is that of a directory.
var ErrIsDirectory = errors.New("is a directory")

// Output writes the output of write to the file at a path, for a report that the user
// wants there. A regular file is replaced as a whole or not at all. It keeps its owner,
// permissions and other attributes; a new one gets its permissions from the umask. A
// device, a FIFO or a descriptor of this process (/dev/stderr, /dev/fd/N) is written to
// directly.
//
// Symbolic links are followed, but not one that another user has made where everybody
// may: that is ErrForeignLink. Another user's file there is ErrNotOwned, also to root.
// Files that killed processes have left are removed. Errors name the file.
func Output(path string, write func(io.Writer) error) error {
	return named(path, output(path, tempfile.Options{Umask: true}, write))
}

// PrivateOutput is Output for a report that is nobody else's business: a new file is
// readable and writable by its owner only (0600), whatever the umask.
func PrivateOutput(path string, write func(io.Writer) error) error {
	return named(path, output(path, tempfile.Options{Perm: 0o600}, write))
}

// errNothing ends the write of a file that is only tried.
var errNothing = errors.New("nothing is written")

// Writable returns the error that Output and PrivateOutput would have for a path, as far as
// it shows before there is anything to write: it makes the new file, and removes it. What is
// there stays as it is. A device, a FIFO or a descriptor is not opened.
func Writable(path string) error {
	if f, ok := descriptor(path); ok {
		return f.Close()
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return nil
	}
	err := output(path, tempfile.Options{Perm: 0o600}, func(io.Writer) error { return errNothing })
	if errors.Is(err, errNothing) {
		return nil
	}
	return named(path, err)
}

// named returns an error with the name of the file.
func named(path string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", safetext.Line(path), osfile.Cause(err))
}

// output writes to what is at a path; to a new file with options, if there is nothing.
func output(path string, options tempfile.Options, write func(io.Writer) error) error {
	if f, ok := descriptor(path); ok {
		return writeTo(f, write)
	}
	p, err := pathwalk.Resolve(path)
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.CheckLinks(); err != nil {
		return err
	}
	info, err := p.Dir.Lstat(p.Name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		tempfile.SweepUnlocked(p.Dir, p.Name)
		return replaceIn(p.Dir, p.Name, options, write)
	case err != nil:
		return err
	case info.IsDir():
		return ErrIsDirectory
	case !mayWrite(p.Dir, info):
		return ErrNotOwned
	case info.Mode().IsRegular():
		return replaceRegular(p, write)
	case info.Mode().Type()&^(fs.ModeDevice|fs.ModeCharDevice|fs.ModeNamedPipe) != 0:
		return ErrNotRegular
	}
	f, err := p.Dir.OpenFile(p.Name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return writeTo(f, write)
}

// replaceRegular replaces a regular file and keeps its attributes.
func replaceRegular(p *pathwalk.Resolved, write func(io.Writer) error) error {
	old, err := p.Dir.OpenFile(p.Name, os.O_RDONLY|osfile.OpenFlags, 0)
	if err != nil {
		return err
	}
	defer old.Close()
	tempfile.SweepUnlocked(p.Dir, p.Name)
	return replaceIn(p.Dir, p.Name, tempfile.Options{Like: old}, write)
}

// mayWrite reports whether this user may write to what a directory holds. Root may write
// to everybody's files, but not where everybody could have planted them, as Linux's
// protected_regular and protected_fifos say (proc(5)). Devices have no content to lose.
func mayWrite(dir *os.Root, info fs.FileInfo) bool {
	if OwnedByUser(info) || info.Mode()&fs.ModeDevice != 0 {
		return true
	}
	own, err := dir.Stat(".")
	return err == nil && osfile.IsRoot() && own.Mode()&fs.ModeSticky == 0
}

func writeTo(f *os.File, write func(io.Writer) error) error {
	err := write(tempfile.Nameless{File: f})
	if closing := f.Close(); err == nil {
		err = osfile.Cause(closing)
	}
	return err
}
