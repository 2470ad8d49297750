package manual

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// mdoc is a page's text, written block by block.
type mdoc struct {
	bytes.Buffer
	words map[string]bool                            // operands and values, such as HOST
	refer func(topic string) (macro string, ok bool) // what 'help TOPIC' becomes
	after bool                                       // a paragraph or block of this section precedes
}

const (
	textWidth    = 72 // of a line of source
	literalWidth = 69 // of a line that is shown as it is, with its indent in 80 columns
)

// blocks writes a text for layout.Page: paragraphs, indented lines, rows of a table.
func (m *mdoc) blocks(text string) {
	var prose, verbatim []string
	var rows [][2]string
	flush := func() {
		if len(prose) > 0 {
			m.paragraph(strings.Join(prose, " "))
		}
		m.table(rows)
		m.display(verbatim)
		prose, verbatim, rows = nil, nil, nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		cell, note, isRow := strings.Cut(line, "\t")
		indented := strings.HasPrefix(line, "  ")
		if indented != (len(verbatim)+len(rows) > 0) || isRow != (len(rows) > 0) {
			flush()
		}
		switch {
		case indented && isRow && strings.TrimSpace(cell) == "" && len(rows) > 0:
			rows[len(rows)-1][1] += "; " + note
		case indented && isRow:
			rows = append(rows, [2]string{strings.TrimSpace(cell), note})
		case indented:
			verbatim = append(verbatim, line[2:])
		case line != "":
			prose = append(prose, line)
		}
		if line == "" {
			flush()
		}
	}
	flush()
}

func (m *mdoc) subsection(title string) {
	fmt.Fprintf(m, ".Ss %s\n", escaped(strings.TrimSpace(title)))
	m.after = false
}

func (m *mdoc) paragraph(text string) {
	if m.Len() == 0 {
		m.after = false // the beginning of a section
	}
	if m.after {
		m.WriteString(".Pp\n")
	}
	m.prose(text)
	m.after = true
}

// table writes rows as a list of tags.
func (m *mdoc) table(rows [][2]string) {
	if len(rows) == 0 {
		return
	}
	width, compact := 0, " -compact"
	for _, r := range rows {
		width = max(width, utf8.RuneCountInString(r[0]))
		if utf8.RuneCountInString(r[1]) > 60 {
			compact = ""
		}
	}
	if compact != "" && m.after {
		m.WriteString(".Pp\n")
	}
	fmt.Fprintf(m, ".Bl -tag -width %s%s\n", strings.Repeat("x", min(width, 14)), compact)
	for _, r := range rows {
		m.WriteString(".It " + m.tag(r[0]) + "\n")
		m.prose(sentence(r[1]))
	}
	m.WriteString(".El\n")
	m.after = true
}

// columns separates the cells of a tag: verdicts have their severity beside them.
var columns = regexp.MustCompile(`  +`)

// tag returns the macros for the head of a row.
func (m *mdoc) tag(cell string) string {
	parts := columns.Split(cell, -1)
	var words []string
	for word := range strings.FieldsSeq(parts[0]) {
		word, comma := strings.CutSuffix(word, ",")
		if t := m.token(word); t.macro != "" {
			words = append(words, t.String())
		} else if plainWord.MatchString(word) && len(strings.Fields(parts[0])) == 1 {
			words = append(words, "Cm "+literal(word))
		} else {
			words = append(words, "Li "+literal(word))
		}
		if comma {
			words[len(words)-1] += " ,"
		}
	}
	tag := strings.Join(words, " ")
	for _, p := range parts[1:] {
		tag += " Pq " + literal(p)
	}
	return tag
}

var plainWord = regexp.MustCompile(`^[a-z0-9.-]+$`)

// display writes lines to be copied, or a list if they begin with a hyphen.
func (m *mdoc) display(lines []string) {
	if len(lines) == 0 {
		return
	}
	if strings.HasPrefix(lines[0], "- ") {
		m.WriteString(".Bl -bullet -compact\n")
		item := ""
		for i, l := range lines {
			item += " " + strings.TrimPrefix(l, "- ")
			if i == len(lines)-1 || strings.HasPrefix(lines[i+1], "- ") {
				m.WriteString(".It\n")
				m.prose(strings.TrimSpace(item))
				item = ""
			}
		}
		m.WriteString(".El\n")
		m.after = true
		return
	}
	m.WriteString(".Bd -literal -offset 4n\n")
	for _, l := range lines {
		for _, part := range folded(strings.TrimRight(l, " ")) {
			m.WriteString(literal(part) + "\n")
		}
	}
	m.WriteString(".Ed\n")
	m.after = true
}

// folded breaks a line that is too long for a terminal at its blanks; a command can still
// be copied.
func folded(line string) []string {
	if utf8.RuneCountInString(line) <= literalWidth {
		return []string{line}
	}
	var lines []string
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	for word := range strings.FieldsSeq(line) {
		if last := len(lines) - 1; last >= 0 && utf8.RuneCountInString(lines[last])+1+utf8.RuneCountInString(word) <= literalWidth {
			lines[last] += " " + word
		} else if last >= 0 {
			lines = append(lines, indent+"    "+word)
		} else {
			lines = append(lines, indent+word)
		}
	}
	if strings.HasPrefix(line, "rdnsproxy ") || strings.HasPrefix(line, "sudo ") {
		for i := range lines[:len(lines)-1] {
			lines[i] += ` \`
		}
	}
	return lines
}
