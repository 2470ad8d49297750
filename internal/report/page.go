package report

import (
	"strings"
	"unicode/utf8"
)

// Page lays out a text for people within a width in columns. Paragraphs are separated
// by empty lines and rewrapped. A line that begins with two spaces is kept as it is,
// unless it contains a TAB: then it is a row of a table, CELL TAB NOTE, whose note is
// wrapped beside the cell, or below it if the cell is long.
func Page(width int, text string) string {
	b := block{width: width}
	var prose []string
	var rows []row
	flush := func() {
		b.wrapped(0, strings.Join(prose, " "))
		b.columns(rows)
		prose, rows = nil, nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		cell, note, isRow := strings.Cut(line, "\t")
		switch {
		case strings.HasPrefix(line, indent) && isRow:
			rows = append(rows, row{cell: cell, note: note})
		case strings.HasPrefix(line, indent) || line == "":
			flush()
			b.line(0, line)
		default:
			prose = append(prose, line)
		}
	}
	flush()
	return b.String()
}

// columns writes rows whose notes are sentences. The notes begin in one column, which
// is in the left half of the width.
func (b *block) columns(rows []row) {
	column := 0
	for _, r := range rows {
		if n := utf8.RuneCountInString(r.cell) + 2; n <= b.width/2 {
			column = max(column, n)
		}
	}
	if column == 0 || b.width-column < 16 {
		column = 4 // below its cell
	}
	for _, r := range rows {
		note := block{width: b.width - column}
		note.wrapped(0, r.note)
		lines := strings.Split(strings.TrimSuffix(note.String(), "\n"), "\n")
		first := r.cell
		if utf8.RuneCountInString(r.cell)+2 <= column && lines[0] != "" {
			first, lines = pad(r.cell, column)+lines[0], lines[1:]
		}
		b.line(0, first)
		for _, l := range lines {
			if l != "" {
				b.line(0, strings.Repeat(" ", column)+l)
			}
		}
	}
}
