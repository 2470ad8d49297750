package hostsfile

import (
	"maps"
	"runtime"
	"slices"
	"strings"
)

// plan says what becomes of each line, in file order, and which lines are added.
type plan struct {
	lines   []Line
	after   map[int]string // by index: what becomes of a line; the others stay
	added   []string
	changed []int // indices of lines that change and of added ones, in order
}

// step says what becomes of a line. If before is empty, the line is added; if after is
// empty, it is removed.
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
	p.restoreEnds()
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

// restoreEnds removes the newline that was added to the file with a line that is removed
// now, if the line above is still the one that had none. If another line of ours follows,
// that one inherits the mark. If somebody else's follows, the newline is needed.
func (p *plan) restoreEnds() {
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

// addedEnd returns the end that was added to a line when a Note was written, if the line
// is the one that had no end.
func addedEnd(raw, noted string) (end string, known bool) {
	for _, end := range []string{"\n", "\r\n"} {
		if line, ended := strings.CutSuffix(raw, end); ended && hash(line) == noted {
			return end, true
		}
	}
	return "", false
}

// inherit marks a line of ours as the one that was added with a newline for the line above.
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

// appendTo adds the new lines, after the newline that the last line lacks.
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

// lineEnd returns how lines end in this file: as the last one that has an end.
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

// without returns a line without some names and the white space before each. It is empty if
// no name would be left.
func without(l *Line, folded []string) string {
	if len(folded) == 0 {
		return l.Raw
	}
	var b strings.Builder
	_, rest := nextField(l.Raw) // after the address
	b.WriteString(l.Raw[:len(l.Raw)-len(rest)])
	left := 0
	for range l.Names {
		whole := rest
		word, after := nextField(whole)
		if i := strings.IndexAny(word, "#\x00"); i >= 0 { // a comment right after the last name
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
