package inputs

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/limits"
	"rdnsproxy/safetext"
)

// columnHint is the hint where a table cannot be read.
const columnHint = "--column takes the name or number of a column of --from-file, or two for pairs: NAME,ADDRESS"

// Column reads the targets in a column of a table (CSV, RFC 4180), which may be
// separated by semicolons or tabs too. Two columns are pairs of a name and an address.
// If all columns are numbers, counted from 1, all rows have targets; else the first row
// has the names. A column that the first row lacks ends it. The path - is stdin.
func Column(path string, stdin io.Reader, columns []string) Items {
	return func(yield func(Item, error) bool) {
		file, err := openText(path, stdin, columnHint, limits.ListLine)
		if err != nil {
			yield(Item{}, err)
			return
		}
		defer file.close()
		if start, _ := file.in.Peek(1); string(start) == "{" {
			yield(Item{}, console.Refuse(exit.Usage, "use --field NAME, or --field NAME,ADDRESS for pairs",
				"%s:1: this looks like JSON Lines, not like a table", file.name))
			return
		}
		t := newTable(file)
		if err := t.find(columns); err != nil {
			yield(Item{}, err)
			return
		}
		for {
			item, err := t.next()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(Item{}, err)
				return
			}
			if !yield(item, nil) {
				return
			}
		}
	}
}

// table reads the rows of a table.
type table struct {
	name    string // of the file
	rows    *csv.Reader
	bound   *bounded
	columns []column // one, or two for pairs
	last    int      // line of the last row; the next is not before the line after it; 0: none
}

// column is a column with targets.
type column struct {
	index int    // from 0
	title string // for messages
}

func newTable(file *textFile) *table {
	t := &table{name: file.name, bound: &bounded{in: file.in}}
	t.rows = csv.NewReader(t.bound)
	t.rows.FieldsPerRecord, t.rows.ReuseRecord, t.rows.TrimLeadingSpace = -1, true, true
	t.rows.Comma = separator(file.in)
	return t
}

// separator returns the separator that the first line has most of.
func separator(in *bufio.Reader) rune {
	start, _ := in.Peek(in.Size()) // what is there is enough
	line, _, _ := strings.Cut(string(start), "\n")
	best := ','
	for _, c := range ";\t" {
		if strings.Count(line, string(c)) > strings.Count(line, string(best)) {
			best = c
		}
	}
	return best
}

// find finds the columns. The error is a Refusal.
func (t *table) find(columns []string) error {
	named := false
	for _, text := range columns {
		c := column{title: text}
		n, err := strconv.Atoi(text)
		switch {
		case err != nil:
			named, c = true, column{-1, console.Quoted(text)}
		case n < 1:
			return console.Refuse(exit.Usage, columnHint, "there is no column %d: the first is 1", n)
		default:
			c.index = n - 1
		}
		t.columns = append(t.columns, c)
	}
	if !named {
		return nil
	}
	t.bound.left = limits.TableRow
	names, err := t.rows.Read()
	switch {
	case err == io.EOF:
		return console.Refuse(exit.Usage, columnHint, "%s: no column %s: the file is empty", t.name, console.Quoted(columns[0]))
	case err != nil:
		return t.refuse(err)
	}
	t.last = 1
	for i := range t.columns {
		c := &t.columns[i]
		if c.index < 0 {
			c.index = slices.Index(names, columns[i])
			if c.index >= 0 && slices.Contains(names[c.index+1:], columns[i]) {
				return console.Refuse(exit.Usage, "name it by its number", "%s:1: there are two columns %s", t.name, c.title)
			}
		}
		if c.index < 0 || c.index >= len(names) {
			return console.Refuse(exit.Usage, "the columns are "+listed(names), "%s:1: no column %s", t.name, c.title)
		}
	}
	return nil
}

// next reads the item of the next row. The error is io.EOF at the end, else a Refusal.
func (t *table) next() (Item, error) {
	t.bound.left = limits.TableRow
	row, err := t.rows.Read()
	var syntax *csv.ParseError
	switch {
	case errors.As(err, &syntax) && (!errors.Is(err, csv.ErrQuote) || syntax.Line == syntax.StartLine):
		// A quote that is not closed on its line has taken other rows with it, which ends the table.
		at := t.at(syntax.StartLine)
		return Item{Text: at, Where: at, Err: console.Refuse(exit.Usage, columnHint, "%v", wrongQuote(syntax.Err))}, nil
	case err == io.EOF:
		return Item{}, err
	case err != nil:
		return Item{}, t.refuse(err)
	}
	first := t.last == 0
	t.last, _ = t.rows.FieldPos(0)
	item := Item{Where: t.at(t.last)}
	var cells []string
	for _, c := range t.columns {
		cell, err := t.cell(row, c)
		if err != nil && first && c.index >= len(row) {
			return Item{}, console.Refuse(exit.Usage, fmt.Sprintf("the first row has %d: %s", len(row), listed(row)),
				"%s: no column %s", item.Where, c.title)
		}
		if err != nil && item.Err == nil {
			item.Err = err
		}
		cells = append(cells, cell)
	}
	if first {
		item.Hint = t.header(cells)
	}
	switch {
	case item.Err != nil:
		item.Text = cmp.Or(strings.Join(row, ","), item.Where)
		item.Text = item.Text[:min(len(item.Text), maxShown)]
	case len(cells) == 2:
		item.Text = strings.Join(cells, ",")
		item.pairOf(cells[0], cells[1])
	default:
		item.Text = cells[0]
	}
	return item, nil
}

// header returns what to do if the first row, which has a target if the columns are numbers,
// has the names of the columns instead; "" if these are not names.
func (t *table) header(cells []string) string {
	for _, c := range cells {
		if c == "" || len(c) > maxTitle || strings.ContainsAny(c, "\",") || c != safetext.Line(c) {
			return ""
		}
	}
	return "if this row has the names of the columns: --column " + safetext.Shell(strings.Join(cells, ","))
}

// maxTitle is the longest name of a column that a hint shows, in bytes.
const maxTitle = 64

// cell returns a cell of a row. The error is a Refusal.
func (t *table) cell(row []string, c column) (string, error) {
	if c.index >= len(row) {
		return "", console.Refuse(exit.Usage, columnHint, "the row has no column %s, only %d", c.title, len(row))
	}
	text := strings.TrimSpace(row[c.index])
	switch {
	case text == "":
		return "", console.Refuse(exit.Usage, columnHint, "column %s is empty", c.title)
	case len(text) > limits.ListLine:
		return "", console.Refuse(exit.Usage, columnHint, "column %s is longer than %d bytes", c.title, limits.ListLine)
	}
	return text, nil
}

func (t *table) at(line int) string { return t.name + ":" + strconv.Itoa(line) }

// refuse returns a Refusal for an error of reading.
func (t *table) refuse(err error) error {
	line := 0
	var syntax *csv.ParseError
	switch {
	case errors.As(err, &syntax): // a quote that is not closed, as a rule
		line, err = syntax.StartLine, wrongQuote(syntax.Err)
	case errors.Is(err, errLongRow):
		return console.Refuse(exit.Usage, columnHint, "%s:%d: %v", t.name, t.last+1, err)
	}
	if line == 0 {
		return console.Refuse(exit.Usage, columnHint, "%s: %v", t.name, reason(err))
	}
	return console.Refuse(exit.Usage, columnHint, "%s:%d: %v", t.name, line, err)
}

// wrongQuote says in plain words what csv says about quotes.
func wrongQuote(err error) error {
	switch {
	case errors.Is(err, csv.ErrQuote):
		return errors.New("a quote is not closed, or text follows one that is")
	case errors.Is(err, csv.ErrBareQuote):
		return errors.New("a quote inside a cell that is not in quotes")
	}
	return err
}

// errLongRow: a row takes more than limits.TableRow.
var errLongRow = fmt.Errorf("a row is longer than %d KiB: is a quote not closed?", limits.TableRow>>10)

// bounded is a reader with a bound that is renewed for each row.
type bounded struct {
	in   io.Reader
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errLongRow
	}
	n, err := b.in.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
