package hostsfile

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"rdnsproxy/safetext"
)

// MaxNames is how many names a line gets. Windows ignores further ones.
const MaxNames = 9

// Edit is a change of a File that has not been made yet. Until Write it changes nothing;
// the File itself never changes. New lines go to the end, so that the lines above keep
// their precedence.
//
// Removing the lines that were added restores the file byte for byte, whatever it was.
type Edit struct {
	file   *File
	remove map[int]bool     // line numbers
	drop   map[int][]string // line number → folded names
	add    []added
}

type added struct {
	addr  netip.Addr
	names []string
	note  Note
}

// Edit starts a change. The File's Lines must stay as they were read.
func (f *File) Edit() *Edit {
	return &Edit{file: f, remove: map[int]bool{}, drop: map[int][]string{}}
}

// Add adds a line that maps names to an address, or several lines for more than MaxNames
// names. It refuses what a hosts file cannot express or libc would read as something else:
// an address with a zone, a name with characters other than letters, digits, hyphens and
// dots, a Note that cannot be written in its documented form.
func (e *Edit) Add(addr netip.Addr, note Note, names ...string) error {
	if !addr.IsValid() || addr.Zone() != "" {
		return fmt.Errorf("not an address for a hosts file: %s", safetext.Line(addr.String()))
	}
	if len(names) == 0 {
		return errors.New("no name to add")
	}
	for _, name := range names {
		if !hostName(name) {
			return fmt.Errorf("not a host name for a hosts file: %q", safetext.Line(name))
		}
	}
	note.NoNewline = ""
	if !note.valid() {
		return errNote
	}
	size, lines := 0, len(e.file.Lines)
	for i := range e.file.Lines {
		size += len(e.file.Lines[i].Raw)
	}
	for some := range slices.Chunk(names, MaxNames) {
		e.add = append(e.add, added{addr, slices.Clone(some), note})
	}
	for i := range e.add {
		size += len(e.add[i].line("\r\n")) + len(" "+noNewline) + hashDigits
	}
	if size > MaxSize || lines+len(e.add) > MaxLines {
		return ErrTooLong
	}
	return nil
}

// Remove removes the line with a number. The error says that there is none.
func (e *Edit) Remove(n int) error {
	if n < 1 || n > len(e.file.Lines) {
		return fmt.Errorf("there is no line %d", n)
	}
	e.remove[n] = true
	return nil
}

// Unpin removes what rdnsproxy has written to the line with a number: the name that it is
// about, the short forms of that name, and the Note. Names that somebody has added stay,
// on a line that is no longer rdnsproxy's.
func (e *Edit) Unpin(n int) error {
	if n < 1 || n > len(e.file.Lines) {
		return fmt.Errorf("there is no line %d", n)
	}
	l := &e.file.Lines[n-1]
	for _, name := range l.Names {
		if l.About(name) {
			if err := e.Drop(n, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// Drop removes a name from the line with a number, and the line with its last name. The
// rest of the line stays, byte for byte. A Note is removed with the name that it is about,
// the line's first.
func (e *Edit) Drop(n int, name string) error {
	if n < 1 || n > len(e.file.Lines) || !e.file.Lines[n-1].hasName(fold(name)) {
		return fmt.Errorf("line %d does not have the name %s", n, safetext.Name(name))
	}
	e.drop[n] = append(e.drop[n], fold(name))
	return nil
}

// Empty reports whether the edit changes nothing.
func (e *Edit) Empty() bool { return len(e.add) == 0 && len(e.remove) == 0 && len(e.drop) == 0 }

// Bytes returns the whole file after the edit.
func (e *Edit) Bytes() []byte {
	p := e.plan()
	size := 0
	for i := range p.len() {
		size += len(p.at(i).after)
	}
	b := make([]byte, 0, size)
	for i := range p.len() {
		b = append(b, p.at(i).after...)
	}
	return b
}

// hostName reports whether a name consists of letters, digits, hyphens and dots and is not
// too long for a host name (RFC 1123, section 2.1).
func hostName(name string) bool {
	if len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i] | 0x20; (c < 'a' || c > 'z') && (label[i] < '0' || label[i] > '9') && label[i] != '-' {
				return false
			}
		}
	}
	return true
}
