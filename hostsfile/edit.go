package hostsfile

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"slices"
	"strings"

	"rdnsproxy/internal/safetext"
)

// MaxNames is how many names stand in a line that is added. Windows reads no
// more of a line.
const MaxNames = 9

// Edit is a change of a File that has not been made. It changes nothing until
// Write; the File stays what it was. What is added goes to the end, for what
// stands above keeps its precedence.
//
// To remove the lines that were added gives back the bytes that were there
// before, whatever they were.
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

// Edit starts a change. The File's Lines must stay what was read.
func (f *File) Edit() *Edit {
	return &Edit{file: f, remove: map[int]bool{}, drop: map[int][]string{}}
}

// Add adds a line that gives the names an address, or several lines where there
// are more than MaxNames. It refuses what can stand in no hosts file or would be
// read as something else: an address with a zone, a name that is not of letters,
// digits, hyphens and dots, a Note without its documented form.
func (e *Edit) Add(addr netip.Addr, note Note, names ...string) error {
	if !addr.IsValid() || addr.Zone() != "" {
		return fmt.Errorf("no address for a hosts file: %s", safetext.Line(addr.String()))
	}
	if len(names) == 0 {
		return errors.New("no name to add")
	}
	for _, name := range names {
		if !hostName(name) {
			return fmt.Errorf("no host name for a hosts file: %q", safetext.Line(name))
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

// Remove takes out the line of a number. The error says that there is none.
func (e *Edit) Remove(n int) error {
	if n < 1 || n > len(e.file.Lines) {
		return fmt.Errorf("no line %d", n)
	}
	e.remove[n] = true
	return nil
}

// Drop takes a name out of the line of a number, and the line with its last
// name. The rest of the line stays, byte for byte.
func (e *Edit) Drop(n int, name string) error {
	if n < 1 || n > len(e.file.Lines) || !e.file.Lines[n-1].bears(fold(name)) {
		return fmt.Errorf("line %d does not bear %s", n, safetext.Name(name))
	}
	e.drop[n] = append(e.drop[n], fold(name))
	return nil
}

// Empty reports whether the edit changes nothing.
func (e *Edit) Empty() bool { return len(e.add) == 0 && len(e.remove) == 0 && len(e.drop) == 0 }

// Bytes is the whole file after the edit.
func (e *Edit) Bytes() []byte {
	var b bytes.Buffer
	for _, s := range e.plan() {
		b.WriteString(s.after)
	}
	return b.Bytes()
}

// step is what becomes of a line. An empty before: it is added; an empty after:
// it goes.
type step struct{ before, after string }

// plan is what becomes of every line, in file order.
func (e *Edit) plan() []step {
	steps := make([]step, len(e.file.Lines), len(e.file.Lines)+len(e.add))
	for i := range e.file.Lines {
		l := &e.file.Lines[i]
		steps[i].before = l.Raw
		if !e.remove[l.N] {
			steps[i].after = without(l, e.drop[l.N])
		}
	}
	if len(e.remove)+len(e.drop) > 0 {
		e.giveBackEnds(steps)
	}
	return e.appendTo(steps)
}

// giveBackEnds takes away the newline that came into the file with a line that
// goes, if the line above is still the one that had none. Where a line of ours
// follows, that one inherits the mark; where anybody else's does, the newline is
// needed.
func (e *Edit) giveBackEnds(steps []step) {
	for i := 1; i < len(steps); i++ {
		if steps[i].after != "" {
			continue
		}
		note, ours := e.file.Lines[i].Note()
		if !ours || note.NoNewline == "" {
			continue
		}
		end, known := addedEnd(steps[i-1].before, note.NoNewline)
		if !known {
			continue
		}
		above := strings.TrimSuffix(steps[i-1].after, end)
		next := i + 1
		for next < len(steps) && steps[next].after == "" {
			next++
		}
		switch {
		case next == len(steps):
			steps[i-1].after = above
		case above != "":
			steps[next].after = inherit(steps[next].after, above)
		}
	}
}

// addedEnd is what was added to a line that had no end when a note was written,
// if the line is that one.
func addedEnd(raw, noted string) (end string, known bool) {
	for _, end := range []string{"\n", "\r\n"} {
		if line, ended := strings.CutSuffix(raw, end); ended && hash(line) == noted {
			return end, true
		}
	}
	return "", false
}

// inherit marks a line of ours as the one that came with a newline for the line
// above.
func inherit(raw, above string) string {
	note, ours := parse(raw).Lines[0].Note()
	if !ours {
		return raw
	}
	was := note.String()
	note.NoNewline = hash(above)
	end := lineEnd(raw)
	return strings.TrimSuffix(raw, was+end) + note.String() + end
}

// appendTo adds the added lines, and first the end that the last line lacks.
func (e *Edit) appendTo(steps []step) []step {
	if len(e.add) == 0 {
		return steps
	}
	end, above := e.lineEnd(), ""
	for i := len(steps) - 1; i >= 0; i-- {
		if last := &steps[i].after; *last != "" {
			if lineEnd(*last) == "" {
				above = hash(*last)
				*last += end
			}
			break
		}
	}
	for i, a := range e.add {
		if i == 0 {
			a.note.NoNewline = above
		}
		steps = append(steps, step{after: a.line(end)})
	}
	return steps
}

// lineEnd is how lines end in this file: as its last whole line does.
func (e *Edit) lineEnd() string {
	for i := len(e.file.Lines) - 1; i >= 0; i-- {
		if end := lineEnd(e.file.Lines[i].Raw); end != "" {
			return end
		}
	}
	if runtime.GOOS == "windows" {
		return "\r\n"
	}
	return "\n"
}

func (a *added) line(end string) string {
	return a.addr.String() + "  " + strings.Join(a.names, " ") + "  " + a.note.String() + end
}

// without is a line without some names, each with the white space before it; it
// is empty where no name would be left.
func without(l *Line, folded []string) string {
	if len(folded) == 0 {
		return l.Raw
	}
	var b strings.Builder
	_, rest := nextField(l.Raw) // behind the address
	b.WriteString(l.Raw[:len(l.Raw)-len(rest)])
	left := 0
	for range l.Names {
		whole := rest
		word, after := nextField(whole)
		if i := strings.IndexAny(word, "#\x00"); i >= 0 { // a comment right behind the last name
			word, after = word[:i], word[i:]+after
		}
		rest = whole[len(whole)-len(after):]
		if !slices.Contains(folded, fold(word)) {
			b.WriteString(whole[:len(whole)-len(rest)])
			left++
		}
	}
	if left == 0 {
		return ""
	}
	return b.String() + rest
}

// hostName says that a name is of letters, digits, hyphens and dots, and of a
// length that a host name can have (RFC 1123, section 2.1).
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
