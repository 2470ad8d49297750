// Package knownhosts reads known_hosts as ssh reads it, and gives ssh's own
// verdict on a server's host key.
//
// It is a leaf but for ssh's patterns: it knows lines and keys, and neither
// connections nor how settings are read. Shape: sshd(8), "SSH_KNOWN_HOSTS FILE
// FORMAT"; which line counts: OpenSSH's hostkeys_foreach (hostfile.c).
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

// MaxSize is how long a file may be, in bytes, to be held in memory: about
// 150,000 lines. A longer one is read anew for each host. No single line may be
// longer.
const MaxSize = limits.KnownHosts

// ErrTooLong says that there is more than MaxSize.
var ErrTooLong = errors.New("longer than 16 MiB")

// File is what ssh's known_hosts files hold together: the lines that count, in
// the order in which ssh reads them, the user's files first, then the global
// ones. It is safe for many goroutines as long as nobody changes it.
type File struct {
	Lines []Line // of the files that are not long

	long []longFile
}

// Knows reports whether ssh knows the host by a key or by an authority that signs
// its key: then whoever answers in its place without one is not the host. As in
// Judge, a name with a port is searched first, and of the plain name only the
// authorities count, since its keys may be another server's.
func (f *File) Knows(h Host) bool {
	about, _ := f.about(Release{}, h.key(), h.principal())
	known := func(l *Line) bool { return l.Marker == Plain || l.Marker == CertAuthority }
	authority := func(l *Line) bool { return l.Marker == CertAuthority }
	return slices.ContainsFunc(about[h.key()], known) || h.fallsBack() && slices.ContainsFunc(about[h.principal()], authority)
}

// longFile is a file that is read anew for each host.
type longFile struct {
	path   string
	before int // it comes before Lines[before]
}

// Line is a line that ssh can use: its key was read.
type Line struct {
	Path   string        // the file, as it was named
	N      int           // its line, from 1
	Marker Marker        //
	Hosts  safetext.Text // the field as it stands there: patterns, or one hashed name
	Key    ssh.PublicKey //
}

// Marker says what a line's key is for.
type Marker string

// The markers; a line with any other is none.
const (
	Plain         Marker = ""                // the host's own key
	CertAuthority Marker = "@cert-authority" // the key that signs the hosts' certificates
	Revoked       Marker = "@revoked"        // a key that must never be accepted
)

// String names the line as evidence, path:line, safe to print.
func (l *Line) String() string { return safetext.Line(l.Path) + ":" + strconv.Itoa(l.N) }

// Parse reads one file, which evidence will call path. Lines that ssh would
// skip are skipped, each alone. The error is ErrTooLong or that of reading, and
// then there are no lines.
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

// scan gives the lines that ssh can use and whose hosts are wanted, and at last
// why it could not read on. Only a wanted line's key is read.
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

// readLine reads a line with its end, which the last one may lack. What it
// returns is good until the next call. Errors: ErrTooLong, io.EOF with the last
// line, that of reading.
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

// ParseFiles reads files in the order given, which must be ssh's: those of
// UserKnownHostsFile, then those of GlobalKnownHostsFile. A file that does not
// exist holds nothing, and so does one called none (ssh_config(5)). A file that
// cannot be read adds an error, which names it, and the verdict is without it,
// as ssh's would be.
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

// open opens what can be read to its end: opening a FIFO would wait for a
// writer, so the kind is looked at first.
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

// readingError names the file that could not be read, once.
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

// All are the lines of all files, in ssh's order, and with each long file that
// cannot be read to its end an error beside no line.
func (f *File) All() iter.Seq2[*Line, error] {
	return f.whose(func(string) bool { return true })
}

// whose are the lines whose hosts are wanted.
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

// lines reads the file once more.
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

// about are the lines about each of the names, which are folded already, that
// the release can read. The errors are those of long files.
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
