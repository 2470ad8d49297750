package report

import (
	"cmp"
	"math"
	"strings"
	"unicode/utf8"

	"rdnsproxy/check"
)

// block builds indented text of a limited width.
type block struct {
	strings.Builder
	width int
	ink   ink
}

const indent = "  "

func (b *block) blank() { b.WriteByte('\n') }

// line writes one line as it is.
func (b *block) line(depth int, s string) {
	b.WriteString(strings.Repeat(indent, depth) + strings.TrimRight(s, " ") + "\n")
}

// heading writes the heading of a part of a block.
func (b *block) heading(s string) { b.line(1, b.ink.paint(bold, s)) }

// row is a line of a table: an indented cell, and a note beside it.
type row struct {
	depth int
	cell  string
	note  string
	alarm bool // paint the cell as an error
}

// table writes rows with their notes in one column, right of the longest cell if the
// width allows. A note that does not fit beside its cell goes below it.
func (b *block) table(rows []row) {
	column, notes := 0, 0
	for _, r := range rows {
		if r.note == "" {
			continue
		}
		column = max(column, len(indent)*r.depth+utf8.RuneCountInString(r.cell))
		notes = max(notes, utf8.RuneCountInString(r.note))
	}
	column = min(column, max(b.width-notes-2, b.width/2))
	for _, r := range rows {
		cell, note := r.cell, b.ink.paint(faint, r.note)
		if r.alarm {
			cell = b.ink.severity(check.Error, r.cell)
		}
		if r.note == "" {
			b.line(r.depth, cell)
			continue
		}
		gap := max(0, column-len(indent)*r.depth-utf8.RuneCountInString(r.cell)) + 2
		if len(indent)*r.depth+utf8.RuneCountInString(r.cell)+gap+utf8.RuneCountInString(r.note) > b.width {
			b.line(r.depth, cell)
			b.line(r.depth+1, note)
			continue
		}
		b.line(r.depth, cell+strings.Repeat(" ", gap)+note)
	}
}

// verbatim writes a line for the reader to copy: it is never wrapped. An empty one is
// left out.
func (b *block) verbatim(depth int, s string) {
	if s != "" {
		b.line(depth, s)
	}
}

// wrapped writes words within the width; a longer word gets a line of its own.
func (b *block) wrapped(depth int, s string) { b.hanging(depth, depth, s) }

// hanging is wrapped, with a different indent for the first line.
func (b *block) hanging(first, depth int, s string) {
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && len(indent)*first+utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > b.width {
			b.line(first, line)
			line, first = "", depth
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		b.line(first, line)
	}
}

// Paragraphs wraps each text to a width in columns, with its continuation lines
// indented. If width is 0, each text is one line.
func Paragraphs(width int, texts ...string) string {
	b := block{width: cmp.Or(width, math.MaxInt)}
	for _, t := range texts {
		if utf8.RuneCountInString(t) <= b.width {
			b.line(0, t)
		} else {
			b.hanging(0, 1, t)
		}
	}
	return b.String()
}

// pad appends spaces up to n columns.
func pad(s string, n int) string {
	return s + strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s)))
}
