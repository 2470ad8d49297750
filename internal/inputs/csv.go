package inputs

import (
	"bufio"
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
const columnHint = "--column takes the name of a column in the first row of --from-file, or the number of one"

// Column reads the targets in a column of a table (CSV, RFC 4180), which may be
// separated by semicolons or tabs too. If the column is a number, counted from 1, all
// rows have targets; if it is a name, the first row has the names. The path - is stdin.
func Column(path string, stdin io.Reader, column string) Items {
	return func(yield func(Item, error) bool) {
		file, err := openText(path, stdin, columnHint, limits.ListLine)
		if err != nil {
			yield(Item{}, err)
			return
		}
		defer file.close()
		t := newTable(file)
		if err := t.find(column); err != nil {
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
	name   string // of the file
	rows   *csv.Reader
	bound  *bounded
	column int    // from 0
	title  string // of the column, for messages
	last   int    // line of the last row; the next is not before the line after it
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

// find finds the column. The error is a Refusal.
func (t *table) find(column string) error {
	if n, err := strconv.Atoi(column); err == nil {
		if n < 1 {
			return console.Refuse(exit.Usage, columnHint, "there is no column %d: the first is 1", n)
		}
		t.column, t.title = n-1, column
		return nil
	}
	t.bound.left = limits.TableRow
	names, err := t.rows.Read()
	switch {
	case err == io.EOF:
		return console.Refuse(exit.Usage, columnHint, "%s: no column %s: the file is empty", t.name, console.Quoted(column))
	case err != nil:
		return t.refuse(err)
	}
	t.column, t.title = slices.Index(names, column), console.Quoted(column)
	switch {
	case t.column < 0:
		return console.Refuse(exit.Usage, "the columns are "+listed(names), "%s:1: no column %s", t.name, console.Quoted(column))
	case slices.Contains(names[t.column+1:], column):
		return console.Refuse(exit.Usage, "name it by its number", "%s:1: there are two columns %s", t.name, console.Quoted(column))
	}
	return nil
}

// listed lists the names of columns, so that they fit into a message.
func listed(names []string) string {
	const most = 20
	all := make([]string, 0, most)
	for i, name := range names {
		if i == most {
			all = append(all, fmt.Sprintf("%d others", len(names)-most))
			break
		}
		all = append(all, safetext.Cut(safetext.Of(name).String(), 40))
	}
	return strings.Join(all, ", ")
}

// next reads the item of the next row. The error is io.EOF at the end, else a Refusal.
func (t *table) next() (Item, error) {
	t.bound.left = limits.TableRow
	row, err := t.rows.Read()
	var syntax *csv.ParseError
	switch {
	case errors.As(err, &syntax) && !errors.Is(err, csv.ErrQuote):
		return Item{Where: t.at(syntax.StartLine), Err: console.Refuse(exit.Usage, columnHint, "%v", syntax.Err)}, nil
	case err == io.EOF:
		return Item{}, err
	case err != nil:
		return Item{}, t.refuse(err)
	}
	line, _ := t.rows.FieldPos(0)
	t.last = line
	item := Item{Where: t.at(line)}
	if t.column >= len(row) {
		item.Text = safetext.Cut(strings.Join(row, " "), maxShown)
		item.Err = console.Refuse(exit.Usage, columnHint, "the row has no column %s, only %d", t.title, len(row))
		return item, nil
	}
	switch item.Text = strings.TrimSpace(row[t.column]); {
	case item.Text == "":
		item.Err = console.Refuse(exit.Usage, columnHint, "column %s is empty", t.title)
	case len(item.Text) > limits.ListLine:
		item.Text = item.Text[:maxShown]
		item.Err = console.Refuse(exit.Usage, columnHint, "column %s is longer than %d bytes", t.title, limits.ListLine)
	}
	return item, nil
}

func (t *table) at(line int) string { return t.name + ":" + strconv.Itoa(line) }

// refuse returns a Refusal for an error of reading.
func (t *table) refuse(err error) error {
	line := 0
	var syntax *csv.ParseError
	switch {
	case errors.As(err, &syntax): // a quote that is not closed, as a rule
		line, err = syntax.StartLine, syntax.Err
	case errors.Is(err, errLongRow):
		return console.Refuse(exit.Usage, columnHint, "%s:%d: %v", t.name, t.last+1, err)
	}
	if line == 0 {
		return console.Refuse(exit.Usage, columnHint, "%s: %v", t.name, reason(err))
	}
	return console.Refuse(exit.Usage, columnHint, "%s:%d: %v", t.name, line, err)
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
