package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/layout"
	"rdnsproxy/safetext"
)

// table is one line for each target, as soon as its result is there. On a terminal it
// has columns, fixed before the first line; what does not fit is cut. Elsewhere it has
// fields for awk and cut, separated by tabs: always the same ones, whole, none empty,
// without a header or a summary, as ls and gh do.
type table struct {
	w       io.Writer
	o       Options
	ink     layout.Ink
	sum     summary
	columns tableColumns
	began   bool
}

func newTable(w io.Writer, o Options) *table {
	return &table{w: w, o: o, ink: layout.Ink{Colored: o.Color}, columns: columnsFor(o.Width, o.TargetWidth, o.Addresses)}
}

// tableColumns are widths; a column of width 0 is left out. The finding is the last
// column, and has the rest.
type tableColumns struct{ severity, target, address, verdict, finding int }

const (
	tableGap       = 2
	addressColumn  = len("255.255.255.255 +9")
	longAddress    = len("2001:db8:1111:2222:3333:4444:5555:6666")
	findingAtLeast = 24 // columns, or the column before it goes
	findingAmple   = 80 // from here on an address has its whole length
)

// columnsFor lays out a line of so many columns. longest is the width of the longest
// target, 0 if that is not known; addresses says that targets are addresses, which are
// not shown twice.
func columnsFor(width, longest int, addresses bool) tableColumns {
	most := max(width*2/5, len("TARGET"))
	c := tableColumns{severity: len("SEVERITY"), target: max(min(cmp.Or(longest, most), most), len("TARGET"))}
	for _, v := range check.Verdicts() {
		c.verdict = max(c.verdict, len(v))
	}
	c.finding = width - c.severity - c.target - 2*tableGap
	if rest := c.finding - c.verdict - tableGap; rest >= findingAtLeast {
		c.finding = rest
	} else {
		c.verdict = 0 // the finding begins with it
		return c
	}
	if rest := c.finding - addressColumn - tableGap; rest >= findingAtLeast && !addresses {
		c.address, c.finding = addressColumn, rest
	}
	if more := longAddress - c.address; c.address > 0 && c.finding-more >= findingAmple {
		c.address, c.finding = longAddress, c.finding-more
	}
	return c
}

func (t *table) Result(r *check.Result) error {
	checked := t.sum.add(r)
	if t.o.Quiet && r.Severity <= check.Notice || !checked && t.o.Width > 0 {
		return nil
	}
	line := t.fields(r)
	if t.o.Width > 0 {
		line = t.row(r)
		if !t.began {
			line = t.header() + line
			t.began = true
		}
	}
	_, err := io.WriteString(t.w, line)
	return err
}

func (t *table) Close() error {
	if t.o.Width == 0 || t.o.Quiet {
		return nil
	}
	return t.sum.write(t.w, t.ink, t.o.Width)
}

// fields are the severity, the target, its addresses, the verdict, and the code and
// the text of the finding that decides.
func (t *table) fields(r *check.Result) string {
	var addresses []string
	for _, a := range r.Addresses {
		addresses = append(addresses, show(a.Address))
	}
	f := deciding(r)
	fields := []string{"", name(r), strings.Join(addresses, ","), string(r.Verdict), string(f.Code), f.Text}
	for i := range fields {
		fields[i] = cmp.Or(fields[i], "-")
	}
	fields[0] = t.ink.Severity(r.Severity, r.Severity.String())
	return strings.Join(fields, "\t") + "\n"
}

func (t *table) header() string {
	return t.ink.Paint(layout.Faint, t.columns.line("SEVERITY", "TARGET", "ADDRESS", "VERDICT", "FINDING")) + "\n"
}

func (t *table) row(r *check.Result) string {
	severity := r.Severity.String()
	address := ""
	if len(r.Addresses) > 0 {
		more := ""
		if n := len(r.Addresses) - 1; n > 0 {
			more = fmt.Sprintf(" +%d", n)
		}
		address = safetext.Cut(show(r.Addresses[0].Address), max(t.columns.address-len(more), 0)) + more
	}
	verdict, finding := string(r.Verdict), summed(r)
	code := deciding(r).Code
	what := string(code)
	if code == "" || code.Mapping() {
		what = verdict
	}
	switch c := t.columns; {
	case c.verdict > 0:
	case c.finding < findingAtLeast:
		finding = what
	case what == verdict:
		finding = strings.TrimSuffix(verdict+": "+finding, ": ")
	}
	line := t.columns.line(severity, name(r), address, verdict, finding)
	return t.ink.Severity(r.Severity, severity) + line[len(severity):] + "\n"
}

// line pads and cuts cells. A target and an address are ASCII, which is what makes
// bytes columns; the last cell, which need not be, is cut early if it is not.
func (c tableColumns) line(severity, target, address, verdict, finding string) string {
	var b strings.Builder
	for _, cell := range []struct {
		text  string
		width int
	}{{severity, c.severity}, {target, c.target}, {address, c.address}, {verdict, c.verdict}} {
		if cell.width > 0 {
			b.WriteString(layout.Pad(safetext.Cut(cell.text, cell.width), cell.width+tableGap))
		}
	}
	b.WriteString(safetext.Cut(finding, c.finding))
	return strings.TrimRight(b.String(), " ")
}

// deciding is the finding that a target's severity rests on; if it passes, the first.
func deciding(r *check.Result) check.Finding {
	if f := worst(r); f.Code != "" || len(r.Findings) == 0 {
		return f
	}
	return r.Findings[0]
}

// summed is the deciding finding without what the other columns say: the host and
// the address that it begins with, and the verdict. There is nothing to say about a
// host whose names are its own.
func summed(r *check.Result) string {
	f := deciding(r)
	if f.Severity == check.Pass && r.Verdict == check.Exact {
		return ""
	}
	text := f.Text
	if f.Code == check.InputInvalid {
		place, wrong, right := unplaced(r, text)
		return wrong + ", " + place + right
	}
	for _, subject := range []string{", whose reverse name ", ": its reverse name "} {
		if _, rest, ok := strings.Cut(text, subject); ok && f.Code.Mapping() {
			return "PTR " + rest
		}
	}
	var about []string
	if f.Address.IsValid() {
		about = append(about, fmt.Sprintf("%s port %d: ", show(f.Address), r.Port), show(f.Address)+": ", show(f.Address)+" ")
	}
	for _, prefix := range append(about, r.Host+": ", r.Host+" ") {
		if rest, ok := strings.CutPrefix(text, prefix); ok {
			text = strings.TrimLeft(rest, " ")
			break
		}
	}
	if f.Code == "" || f.Code.Mapping() {
		return text
	}
	return string(f.Code) + ": " + text
}

// unplaced takes "hosts.txt:17: host "a..b": empty label (a host name has ...); fix or remove
// the line", which is about a target that stands beside it, apart: where it is, what is wrong,
// and what would be right, with a space before it. Whoever puts these together puts first
// what has to be seen, as the end may be cut.
func unplaced(r *check.Result, text string) (place, wrong, right string) {
	place, wrong, ok := strings.Cut(strings.TrimSuffix(text, "; fix or remove the line"), ": ")
	if !ok {
		return "", place, ""
	}
	subject := strings.TrimPrefix(wrong, "host ")
	if rest, quoted := strings.CutPrefix(subject, `"`+safetext.Cut(name(r), 80)+`"`); quoted {
		wrong = strings.TrimLeft(rest, ": ")
	}
	if what, how, explained := strings.Cut(wrong, " ("); explained {
		wrong, right = what, " ("+how
	}
	return place, wrong, right
}
