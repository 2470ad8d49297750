// Package hostsfile keeps a hosts file as lossless text: it parses it, looks
// names and addresses up in it as glibc's files module of nsswitch.conf does,
// and changes it so that every change can be undone exactly.
//
// # Reading
//
// [Parse] and [ParseFile] give a [File], whose lookups follow libc: hosts(5) for the
// shape of a line, nss/nss_files/files-hosts.c for which line counts.
//
// # Writing
//
// [File.Edit] collects changes, [Edit.Diff] shows them, and [Edit.Write] writes the
// file, never half of it. A line that rdnsproxy has written ends in a [Note], which is
// how it is found again.
//
// It is a leaf: reading, checking and editing the file need the same notion of a line, and
// nothing else of this program.
package hostsfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"

	"rdnsproxy/safetext"
)

// How long a hosts file may be, in bytes and in lines: more than any block list needs.
// A line takes more memory than its bytes; the largest file takes some 300 MB.
const (
	MaxSize  = 100_000_000
	MaxLines = 4_000_000
)

// ErrTooLong says that a file has more than MaxSize bytes or MaxLines lines.
var ErrTooLong = errors.New("longer than 100 MB or four million lines")

// File is a hosts file. Its lines hold every byte of it. Lookups are safe for
// concurrent use as long as Lines does not change.
type File struct {
	Path  string // where it was read from; empty if from a reader
	Lines []Line

	lookups atomic.Int32
	once    sync.Once
	names   map[string][]int32   // folded name → lines with it, in file order
	addrs   map[netip.Addr]int32 // address, not unmapped → the first line with it
}

// Parse reads a hosts file. It keeps lines that are not entries as they are. The error
// is ErrTooLong or the reader's.
func Parse(r io.Reader) (*File, error) {
	var b strings.Builder
	piece := 32 << 10
	if f, ok := r.(fs.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			size := int(min(info.Size(), MaxSize))
			b.Grow(size)                         // one piece of memory, shared by the lines
			piece = min(max(size+1, 512), piece) // most files are short, and the relay is waiting
		}
	}
	if _, err := io.CopyBuffer(&b, io.LimitReader(r, MaxSize+1), make([]byte, piece)); err != nil {
		return nil, err
	}
	text := b.String()
	if len(text) > MaxSize || strings.Count(text, "\n") > MaxLines {
		return nil, ErrTooLong
	}
	return parse(text), nil
}

// ParseFile reads the hosts file at path. Its errors name the path. A file that is too
// long, or that is neither regular nor a character device, is refused before it is read.
func ParseFile(path string) (*File, error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	hosts, err := Parse(f)
	switch {
	case errors.Is(err, ErrTooLong):
		return nil, tooLong(path)
	case err != nil:
		return nil, fmt.Errorf("hosts file %s: %w", safetext.Line(path), reason(err))
	}
	hosts.Path = path
	return hosts, nil
}

// open looks at the kind of the file first: opening a FIFO would wait for a writer.
func open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
	case info.IsDir():
		return nil, fmt.Errorf("hosts file %s: is a directory; name a file", safetext.Line(path))
	case !info.Mode().IsRegular() && info.Mode()&fs.ModeCharDevice == 0:
		return nil, fmt.Errorf("hosts file %s: is not a regular file", safetext.Line(path))
	case info.Size() > MaxSize:
		return nil, tooLong(path)
	default:
		var f *os.File
		if f, err = os.Open(path); err == nil {
			return f, nil
		}
	}
	return nil, fmt.Errorf("hosts file %s: %w", safetext.Line(path), reason(err))
}

func tooLong(path string) error {
	return fmt.Errorf("hosts file %s: %w; name a smaller one", safetext.Line(path), ErrTooLong)
}

// reason drops the path that the os package puts before its errors.
func reason(err error) error {
	if p, ok := err.(*fs.PathError); ok { // not errors.As: that would drop what wraps it as well
		return p.Err
	}
	return err
}

// parse splits text into lines. The slices of names share memory, since a block list
// has hundreds of thousands of lines.
func parse(text string) *File {
	f := &File{Lines: make([]Line, 0, strings.Count(text, "\n")+1)}
	var names []string
	for raw := range strings.Lines(text) {
		if cap(names)-len(names) < 8 {
			names = make([]string, 0, min(1024, 8+cap(f.Lines)))
		}
		l := Line{Raw: raw, N: len(f.Lines) + 1}
		l.Addr, names = fields(raw, names[len(names):])
		l.Names = names[:len(names):len(names)]
		f.Lines = append(f.Lines, l)
	}
	return f
}

// Bytes returns the whole file: after Parse, what was read.
func (f *File) Bytes() []byte { return f.Edit().Bytes() }

// is reports whether Bytes would return this content.
func (f *File) is(content []byte) bool {
	for i := range f.Lines {
		raw := f.Lines[i].Raw
		if len(raw) > len(content) || string(content[:len(raw)]) != raw {
			return false
		}
		content = content[len(raw):]
	}
	return len(content) == 0
}
