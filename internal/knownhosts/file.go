// Package knownhosts reads known_hosts as ssh does, and gives ssh's own verdict on a
// server's host key.
//
// # Files
//
// [ParseFiles] reads files into a [File]. The format is that of sshd(8), "SSH_KNOWN_HOSTS
// FILE FORMAT"; which lines count follows OpenSSH's hostkeys_foreach (hostfile.c).
//
// # Verdicts
//
// A [Login] is one server at one address. [Login.Algorithms] returns the host key
// algorithms that ssh would offer, and [Login.Judge] what ssh would say about a key,
// according to [Rules], the settings of ssh that matter.
//
// But for ssh's patterns it is a leaf: it knows lines and keys, and neither connections
// nor how settings are read.
package knownhosts

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strconv"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/limits"
	"rdnsproxy/safetext"
)

// MaxSize is the size in bytes up to which a file is kept in memory, about 150,000 lines. A
// larger file is read again for each host. No line may be longer.
const MaxSize = limits.KnownHosts

// ErrTooLong says that a text is longer than MaxSize.
var ErrTooLong = errors.New("longer than 16 MiB")

// File holds the lines of all known_hosts files that count, in the order in which ssh
// reads them: the user's files first, then the global ones. It is safe for concurrent use
// as long as it does not change.
type File struct {
	Lines []Line // of the files that are kept in memory

	long []longFile
}

// Knows reports whether ssh knows the host by a key or by an authority that signs its key:
// then a server without one is not the host. As in Judge, a name with a port is searched
// first. Of the plain name only authorities count, since its keys may be those of a server
// on another port.
func (f *File) Knows(h Host) bool {
	about, _ := f.about(Release{}, h.key(), h.principal())
	known := func(l *Line) bool { return l.Marker == Plain || l.Marker == CertAuthority }
	authority := func(l *Line) bool { return l.Marker == CertAuthority }
	return slices.ContainsFunc(about[h.key()], known) ||
		h.fallsBack() && slices.ContainsFunc(about[h.principal()], authority)
}

// longFile is a file that is read again for each host.
type longFile struct {
	path   string
	before int // its lines come before Lines[before]
}

// Line is a line that ssh can use: its key could be parsed.
type Line struct {
	Path   string // the file, as it was named
	N      int    // its number, from 1
	Marker Marker
	Hosts  safetext.Text // the field as it is: patterns, or one hashed name
	Key    ssh.PublicKey
}

// Marker says what a line's key is for.
type Marker string

// The markers. A line with any other marker does not count.
const (
	Plain         Marker = ""                // the host's own key
	CertAuthority Marker = "@cert-authority" // the key that signs the hosts' certificates
	Revoked       Marker = "@revoked"        // a key that must never be accepted
)

// String returns path:line, safe to print.
func (l *Line) String() string { return safetext.Line(l.Path) + ":" + strconv.Itoa(l.N) }

// Parse reads one file, whose Lines get path as their Path. It skips lines that ssh would
// skip. After an error, ErrTooLong or the reader's, there are no lines.
func Parse(r io.Reader, path string) ([]Line, error) {
	var lines []Line
	bounded := &io.LimitedReader{R: r, N: MaxSize + 1}
	for l, err := range scan(bounded, path, func(string) bool { return true }) {
		if err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	if bounded.N == 0 {
		return nil, ErrTooLong
	}
	return lines, nil
}

// scan yields the lines that ssh can use and whose hosts are wanted, and finally the error
// of reading. It parses the keys of wanted lines only.
func scan(r io.Reader, path string, wanted func(hosts string) bool) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		buffered := bufio.NewReaderSize(r, 64<<10)
		for n := 1; ; n++ {
			raw, err := readLine(buffered)
			if err != nil && err != io.EOF {
				yield(Line{}, err)
				return
			}
			if parts, ok := splitLine(string(raw)); ok && wanted(parts.hosts) {
				if key, err := parseKey(parts.key); err == nil {
					l := Line{Path: path, N: n, Marker: parts.marker, Hosts: safetext.Of(parts.hosts), Key: key}
					if !yield(l, nil) {
						return
					}
				}
			}
			if err == io.EOF {
				return
			}
		}
	}
}

// readLine reads a line with its end, which the last line may lack. The line is valid until
// the next call. The error is ErrTooLong, io.EOF with the last line, or the reader's.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if err != bufio.ErrBufferFull {
		return line, err
	}
	long := append([]byte(nil), line...)
	for err == bufio.ErrBufferFull {
		if len(long) > MaxSize {
			return nil, fmt.Errorf("a line is %w", ErrTooLong)
		}
		line, err = r.ReadSlice('\n')
		long = append(long, line...)
	}
	return long, err
}

// ParseFiles reads files in the given order, which must be ssh's: those of
// UserKnownHostsFile, then those of GlobalKnownHostsFile. A file that does not exist is
// empty, and so is the file name "none" (ssh_config(5)). A file that cannot be read adds
// an error, which names it, and is ignored otherwise, as in ssh.
func ParseFiles(paths ...string) (*File, []error) {
	f := &File{}
	var errs []error
	for _, path := range paths {
		if path == "none" {
			continue
		}
		if err := f.read(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, readingError(path, err))
		}
	}
	return f, errs
}

// read adds a file.
func (f *File) read(path string) error {
	file, size, err := open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if size > MaxSize {
		f.long = append(f.long, longFile{path, len(f.Lines)})
		return nil
	}
	lines, err := Parse(file, path)
	f.Lines = append(f.Lines, lines...)
	return err
}

// open looks at the kind of the file first: opening a FIFO would wait for a writer.
func open(path string) (f *os.File, size int64, err error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, 0, err
	case info.IsDir():
		return nil, 0, errors.New("is a directory")
	case !info.Mode().IsRegular() && info.Mode()&fs.ModeCharDevice == 0:
		return nil, 0, errors.New("is not a regular file")
	}
	f, err = os.Open(path)
	return f, info.Size(), err
}

// readingError adds the path of the file that could not be read.
func readingError(path string, err error) error {
	return fmt.Errorf("known_hosts file %s: %w", safetext.Line(path), reason(err))
}

// reason drops the path that the os package puts before its errors.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// All yields the lines of all files in ssh's order, and an error without a line for each
// long file that cannot be read to its end.
func (f *File) All() iter.Seq2[*Line, error] {
	return f.whose(func(string) bool { return true })
}

// whose yields the lines whose hosts are wanted.
func (f *File) whose(wanted func(hosts string) bool) iter.Seq2[*Line, error] {
	return func(yield func(*Line, error) bool) {
		next := 0
		held := func(to int) bool {
			for ; next < to; next++ {
				if l := &f.Lines[next]; wanted(l.Hosts.Raw()) && !yield(l, nil) {
					return false
				}
			}
			return true
		}
		for _, long := range f.long {
			if !held(long.before) {
				return
			}
			for l, err := range long.lines(wanted) {
				if !yield(l, err) {
					return
				}
			}
		}
		held(len(f.Lines))
	}
}

// lines reads the file again.
func (f longFile) lines(wanted func(hosts string) bool) iter.Seq2[*Line, error] {
	return func(yield func(*Line, error) bool) {
		file, _, err := open(f.path)
		if err != nil {
			yield(nil, readingError(f.path, err))
			return
		}
		defer file.Close()
		for l, err := range scan(file, f.path, wanted) {
			if err != nil {
				yield(nil, readingError(f.path, err))
				return
			}
			if !yield(&l, nil) {
				return
			}
		}
	}
}

// about returns the lines about each of some folded names that the release can read. The
// errors are those of long files.
func (f *File) about(r Release, names ...string) (map[string][]*Line, []error) {
	names = slices.Compact(names)
	var errs []error
	found := make(map[string][]*Line)
	wanted := func(hosts string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return matches(hosts, name) })
	}
	for l, err := range f.whose(wanted) {
		switch {
		case err != nil:
			errs = append(errs, err)
			continue
		case !r.reads(l.Key):
			continue
		}
		for _, name := range names {
			if l.matches(name) {
				found[name] = append(found[name], l)
			}
		}
	}
	return found, errs
}
