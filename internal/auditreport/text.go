package auditreport

import (
	"cmp"
	"io"
	"slices"
	"strings"
	"time"

	"rdnsproxy/audit"
	"rdnsproxy/check"
	"rdnsproxy/internal/layout"
	"rdnsproxy/safetext"
)

// text is for people: the verdict, what was read, who came, what it means, what to do on
// which machine, and when it happened. It answers on the first screen: whether anybody got
// in, whether own users are hurt, and what to do. What has as many rows as the log has
// clients comes below.
type text struct {
	layout.Block
	r    *audit.Report
	o    Options
	zone *time.Location
}

func writeText(w io.Writer, r *audit.Report, o Options) error {
	o.Width = cmp.Or(o.Width, 80)
	t := text{Block: layout.Block{Width: o.Width, Ink: layout.Ink{Colored: o.Color}}, r: r, o: o, zone: zone(r)}
	t.verdict()
	if o.Quiet {
		t.meaning()
	} else {
		t.whole()
	}
	_, err := io.WriteString(w, t.String())
	return err
}

// whole writes all parts but the verdict. Each begins with an empty line, if it has
// anything to say.
func (t *text) whole() {
	t.read()
	if t.empty() {
		t.meaning()
		t.remedy()
		return
	}
	t.readings()
	t.complaints() // which frighten people more than what else there is to say
	t.meaning()
	t.remedy()
	t.sparklines()
	t.clients()
	t.zones()
	t.connections()
	t.waits()
	if t.o.Verbose {
		t.hosts()
		t.forgeries()
		t.timings()
	}
	t.more()
}

// empty reports whether nothing of a server's was read.
func (t *text) empty() bool {
	for _, row := range t.r.Totals.ByReading {
		if row.Addresses > 0 {
			return false
		}
	}
	return t.r.Totals.Unattributed+t.r.Totals.Dropped == 0
}

// verdict writes the first line: the severity, and the answer in one sentence.
func (t *text) verdict() {
	word := t.r.Severity.String()
	b := layout.Block{Width: t.Width}
	b.Hanging(0, 1, word+"\x00\x00"+safetext.Line(t.r.Headline))
	line := strings.Replace(strings.TrimPrefix(b.String(), word), "\x00\x00", "  ", 1)
	t.WriteString(t.Ink.Severity(t.r.Severity, word))
	for part := range strings.Lines(line) { // the first begins with the gap behind the severity
		t.WriteString(layout.Indent + t.Ink.Paint(layout.Bold, strings.TrimSpace(part)) + "\n")
	}
}

// shownFindings is how many findings the text explains, and shownAlike how many with the
// same code: what to do is to stand on the first screen, too.
const (
	shownFindings = 6
	shownAlike    = 2
)

// meaning writes what was found, the worst first. What passes is left out, but with -v.
func (t *text) meaning() {
	least := check.Notice
	switch {
	case t.o.Quiet:
		least = check.Unknown
	case t.o.Verbose:
		least = check.Pass
	}
	var shown []audit.Finding
	for _, f := range worstFirst(t.r.Findings) {
		if f.Severity >= least {
			shown = append(shown, f)
		}
	}
	if len(shown) == 0 {
		return
	}
	if !t.o.Quiet {
		t.Blank()
		t.Heading("what it means")
	}
	written := 0
	each, left := map[check.Code]int{}, map[check.Severity]int64{}
	for _, f := range shown {
		if each[f.Code]++; !t.o.Verbose && (written == shownFindings || each[f.Code] > shownAlike) {
			left[f.Severity]++
			continue
		}
		t.finding(f)
		written++
	}
	if words := leftOut(left); words != "" {
		t.Line(2, "and "+words+" (-v shows all)")
	}
}

// leftOut counts findings by severity: "12 more warnings, 3 more notices".
func leftOut(left map[check.Severity]int64) string {
	var words []string
	for _, s := range []check.Severity{check.Error, check.Warning, check.Unknown, check.Notice, check.Pass} {
		switch n := left[s]; {
		case n == 0:
		case s == check.Unknown:
			words = append(words, number(n)+" more unknown")
		default:
			words = append(words, count(n, "more "+s.String()))
		}
	}
	return strings.Join(words, ", ")
}

// finding writes a finding behind its severity.
func (t *text) finding(f audit.Finding) {
	depth := 2
	if t.o.Quiet {
		depth = 1
	}
	word := f.Severity.String()
	if t.o.Verbose {
		word += " " + string(f.Code)
	}
	b := layout.Block{Width: t.Width}
	b.Hanging(depth, depth+1, word+": "+safetext.Line(f.Text))
	t.WriteString(strings.Replace(b.String(), word+":", t.Ink.Severity(f.Severity, word+":"), 1))
}

// worstFirst sorts findings by severity, stably.
func worstFirst(fs []audit.Finding) []audit.Finding {
	fs = slices.Clone(fs)
	slices.SortStableFunc(fs, func(a, b audit.Finding) int { return cmp.Compare(b.Severity, a.Severity) })
	return fs
}
