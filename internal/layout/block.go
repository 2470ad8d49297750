// Package layout lays out text for people within a width in columns: blocks of indented
// lines, tables, wrapped sentences, and colour.
package layout

import (
	"cmp"
	"math"
	"strings"
	"unicode/utf8"

	"rdnsproxy/check"
)

// Block builds indented text of a limited width.
type Block struct {
	strings.Builder
	Width int // columns; wrapped lines are not longer if their words are not
	Ink   Ink
}

// Indent is one step of depth.
const Indent = "  "

// Blank writes an empty line.
func (b *Block) Blank() { b.WriteByte('\n') }

// Line writes one line as it is.
func (b *Block) Line(depth int, s string) {
	b.WriteString(strings.Repeat(Indent, depth) + strings.TrimRight(s, " ") + "\n")
}

// Heading writes the heading of a part of a block.
func (b *Block) Heading(s string) { b.Line(1, b.Ink.Paint(Bold, s)) }

// Row is a line of a table: an indented cell, and a note beside it.
type Row struct {
	Depth int
	Cell  string
	Note  string
	Alarm bool // paint the cell as an error
}

// Table writes rows with their notes in one column, right of the longest cell if the
// width allows. A note that does not fit beside its cell goes below it.
func (b *Block) Table(rows []Row) {
	column, notes := 0, 0
	for _, r := range rows {
		if r.Note == "" {
			continue
		}
		column = max(column, len(Indent)*r.Depth+utf8.RuneCountInString(r.Cell))
		notes = max(notes, utf8.RuneCountInString(r.Note))
	}
	column = min(column, max(b.Width-notes-2, b.Width/2))
	for _, r := range rows {
		cell, note := r.Cell, b.Ink.Paint(Faint, r.Note)
		if r.Alarm {
			cell = b.Ink.Severity(check.Error, r.Cell)
		}
		if r.Note == "" {
			b.Line(r.Depth, cell)
			continue
		}
		gap := max(0, column-len(Indent)*r.Depth-utf8.RuneCountInString(r.Cell)) + 2
		if len(Indent)*r.Depth+utf8.RuneCountInString(r.Cell)+gap+utf8.RuneCountInString(r.Note) > b.Width {
			b.Line(r.Depth, cell)
			b.Line(r.Depth+1, note)
			continue
		}
		b.Line(r.Depth, cell+strings.Repeat(" ", gap)+note)
	}
}

// Verbatim writes a line for the reader to copy: it is never wrapped. An empty one is
// left out.
func (b *Block) Verbatim(depth int, s string) {
	if s != "" {
		b.Line(depth, s)
	}
}

// Wrapped writes words within the width; a longer word gets a line of its own.
func (b *Block) Wrapped(depth int, s string) { b.Hanging(depth, depth, s) }

// Hanging is Wrapped, with a different indent for the first line.
func (b *Block) Hanging(first, depth int, s string) {
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && len(Indent)*first+utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > b.Width {
			b.Line(first, line)
			line, first = "", depth
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		b.Line(first, line)
	}
}

// Paragraphs wraps each text to a width in columns, with its continuation lines
// indented. If width is 0, each text is one line.
func Paragraphs(width int, texts ...string) string {
	b := Block{Width: cmp.Or(width, math.MaxInt)}
	for _, t := range texts {
		if utf8.RuneCountInString(t) <= b.Width {
			b.Line(0, t)
		} else {
			b.Hanging(0, 1, t)
		}
	}
	return b.String()
}

// Pad appends spaces up to n columns.
func Pad(s string, n int) string {
	return s + strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s)))
}
