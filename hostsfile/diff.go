package hostsfile

import (
	"bytes"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"rdnsproxy/safetext"
)

// contextWidth is how many bytes a Diff shows of a line whose text stays. A line
// whose text changes is shown whole.
const contextWidth = 160

// Diff shows what the edit changes as diff -u does, safe to print: bytes that are
// not printable are \DDD, tabs stay. A carriage return before a newline is shown,
// as \013, only where the other lines of the file end without one. It is empty if
// nothing changes.
func (e *Edit) Diff() string {
	p, usual := e.plan(), e.lineEnd()
	if len(p.changed) == 0 {
		return ""
	}
	var before, after bytes.Buffer
	for i := range p.len() {
		s := p.at(i)
		showLine(&before, s.before, usual, s.keepsText())
		showLine(&after, s.after, usual, s.keepsText())
	}
	name := safetext.Line(e.file.Path)
	text := diff.Diff(name, before.Bytes(), name, after.Bytes())
	_, text, _ = bytes.Cut(text, []byte("\n")) // the line "diff OLD NEW"
	return string(text)
}

// keepsText reports whether a line changes at most its end.
func (s step) keepsText() bool {
	return strings.TrimRight(s.before, "\r\n") == strings.TrimRight(s.after, "\r\n")
}

// showLine writes a line as a terminal may have it. A line without a newline at the
// end of the file stays without one, so that the diff says so.
func showLine(b *bytes.Buffer, raw, usual string, cut bool) {
	text, ended := strings.CutSuffix(raw, "\n")
	if lineEnd(raw) == usual {
		text = strings.TrimSuffix(raw, usual)
	}
	if cut { // escaping never shortens a text, so twice the width is enough
		text = text[:min(len(text), 2*contextWidth)]
	}
	words := strings.Split(text, "\t")
	for i := range words {
		words[i] = safetext.Line(words[i])
	}
	text = strings.Join(words, "\t")
	if cut {
		text = safetext.Cut(text, contextWidth)
	}
	b.WriteString(text)
	if ended {
		b.WriteByte('\n')
	}
}
