// Package knownhosts reads known_hosts as ssh reads it, and gives ssh's own
// verdict on a server's host key.
//
// It is a leaf but for ssh's patterns: it knows lines and keys, and neither
// connections nor settings. Shape: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT";
// which line counts: OpenSSH's hostkeys_foreach (hostfile.c).
package knownhosts

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"time"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/internal/safetext"
)

// MaxSize is how long one file may be, in bytes: about 150,000 lines. What is
// longer is refused whole, for half of it could lack a @revoked.
const MaxSize = 16 << 20

// ErrTooLong says that there is more than MaxSize.
var ErrTooLong = errors.New("longer than 16 MiB")

// File is what ssh's known_hosts files hold together: the lines that count, in
// the order in which ssh reads them, the user's files first, then the global
// ones. It is safe for many goroutines as long as nobody changes it.
type File struct {
	Lines []Line

	Now     func() time.Time // when certificates are looked at; if nil, time.Now
	Release Release          // whose verdict is given; if zero, that of the newest OpenSSH
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
	b, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	switch {
	case err != nil:
		return nil, err
	case len(b) > MaxSize:
		return nil, ErrTooLong
	}
	var lines []Line
	n := 0
	for raw := range bytes.Lines(b) {
		n++
		if l, ok := parseLine(string(raw)); ok {
			l.Path, l.N = path, n
			lines = append(lines, l)
		}
	}
	return lines, nil
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
		lines, err := parseFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, fmt.Errorf("known_hosts file %s: %w", safetext.Line(path), reason(err)))
		}
		f.Lines = append(f.Lines, lines...)
	}
	return f, errs
}

// parseFile reads what can be read to its end: opening a FIFO would wait for a
// writer, so the kind is looked at first.
func parseFile(path string) ([]Line, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errors.New("is a directory")
	case !info.Mode().IsRegular() && info.Mode()&fs.ModeCharDevice == 0:
		return nil, errors.New("is no regular file")
	case info.Size() > MaxSize:
		return nil, ErrTooLong
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return Parse(file, path)
}

// reason drops the path that the os package puts before its errors.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
