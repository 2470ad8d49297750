package layout

import (
	"strings"
	"unicode/utf8"
)

// Page lays out a text for people within a width in columns. Paragraphs are separated
// by empty lines and rewrapped. A line that begins with two spaces is kept as it is,
// unless it contains a TAB: then it is a row of a table, CELL TAB NOTE, whose note is
// wrapped beside the cell, or below it if the cell is long.
func Page(width int, text string) string {
	b := Block{Width: width}
	var prose []string
	var rows []Row
	flush := func() {
		b.Wrapped(0, strings.Join(prose, " "))
		b.columns(rows)
		prose, rows = nil, nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		cell, note, isRow := strings.Cut(line, "\t")
		switch {
		case strings.HasPrefix(line, Indent) && isRow:
			rows = append(rows, Row{Cell: cell, Note: note})
		case strings.HasPrefix(line, Indent) || line == "":
			flush()
			b.Line(0, line)
		default:
			prose = append(prose, line)
		}
	}
	flush()
	return b.String()
}

// columns writes rows whose notes are sentences. The notes begin in one column, which
// is in the left half of the width.
func (b *Block) columns(rows []Row) {
	column := 0
	for _, r := range rows {
		if n := utf8.RuneCountInString(r.Cell) + 2; n <= b.Width/2 {
			column = max(column, n)
		}
	}
	if column == 0 || b.Width-column < 16 {
		column = 4 // below its cell
	}
	for _, r := range rows {
		note := Block{Width: b.Width - column}
		note.Wrapped(0, r.Note)
		lines := strings.Split(strings.TrimSuffix(note.String(), "\n"), "\n")
		first := r.Cell
		if utf8.RuneCountInString(r.Cell)+2 <= column && lines[0] != "" {
			first, lines = Pad(r.Cell, column)+lines[0], lines[1:]
		}
		b.Line(0, first)
		for _, l := range lines {
			if l != "" {
				b.Line(0, strings.Repeat(" ", column)+l)
			}
		}
	}
}
