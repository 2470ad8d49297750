package hostsfile

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"runtime"
	"slices"
	"strings"

	"rdnsproxy/safetext"
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

// Unpin takes back the line of a number, one of rdnsproxy's: the name that its
// note is about, the first labels of that name, and the note. Names that somebody
// has added to it stay, on a line that is no longer rdnsproxy's.
func (e *Edit) Unpin(n int) error {
	if n < 1 || n > len(e.file.Lines) {
		return fmt.Errorf("no line %d", n)
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

// Drop takes a name out of the line of a number, and the line with its last
// name. The rest of the line stays, byte for byte, but for a note of rdnsproxy's,
// which goes with the name that it is about, the line's first.
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

// plan is what becomes of every line, in file order, and then of the added ones.
type plan struct {
	lines   []Line
	after   map[int]string // what becomes of the lines of these indices; the others stay
	added   []string
	changed []int // the indices of after and of added, in order
}

// step is what becomes of a line. An empty before: it is added; an empty after:
// it goes.
type step struct{ before, after string }

func (p *plan) len() int { return len(p.lines) + len(p.added) }

func (p *plan) at(i int) step {
	if i >= len(p.lines) {
		return step{after: p.added[i-len(p.lines)]}
	}
	raw := p.lines[i].Raw
	if after, ok := p.after[i]; ok {
		return step{raw, after}
	}
	return step{raw, raw}
}

func (e *Edit) plan() *plan {
	p := &plan{lines: e.file.Lines, after: map[int]string{}}
	for n, names := range e.drop {
		p.after[n-1] = without(&p.lines[n-1], names)
	}
	for n := range e.remove {
		p.after[n-1] = ""
	}
	p.giveBackEnds()
	e.appendTo(p)
	for i, after := range p.after {
		if after != p.lines[i].Raw {
			p.changed = append(p.changed, i)
		}
	}
	slices.Sort(p.changed)
	for i := range p.added {
		p.changed = append(p.changed, len(p.lines)+i)
	}
	return p
}

// giveBackEnds takes away the newline that came into the file with a line that
// goes, if the line above is still the one that had none. Where a line of ours
// follows, that one inherits the mark; where anybody else's does, the newline is
// needed.
func (p *plan) giveBackEnds() {
	for _, i := range slices.Sorted(maps.Keys(p.after)) {
		if i == 0 || p.after[i] != "" {
			continue
		}
		note, ours := p.lines[i].Note()
		if !ours || note.NoNewline == "" {
			continue
		}
		last := p.at(i - 1)
		end, known := addedEnd(last.before, note.NoNewline)
		if !known {
			continue
		}
		above := strings.TrimSuffix(last.after, end)
		next := i + 1
		for next < len(p.lines) && p.at(next).after == "" {
			next++
		}
		switch {
		case next == len(p.lines):
			p.after[i-1] = above
		case above != "":
			p.after[next] = inherit(p.at(next).after, above)
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
func (e *Edit) appendTo(p *plan) {
	if len(e.add) == 0 {
		return
	}
	end, above := e.lineEnd(), ""
	for i := len(p.lines) - 1; i >= 0; i-- {
		if last := p.at(i).after; last != "" {
			if lineEnd(last) == "" {
				above = hash(last)
				p.after[i] = last + end
			}
			break
		}
	}
	for i, a := range e.add {
		if i == 0 {
			a.note.NoNewline = above
		}
		p.added = append(p.added, a.line(end))
	}
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
	if note, ours := l.Note(); ours && slices.Contains(folded, fold(l.Canonical())) {
		rest = strings.TrimRight(strings.TrimSuffix(rest, note.String()+lineEnd(l.Raw)), " \t") + lineEnd(l.Raw)
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
