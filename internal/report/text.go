package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"net/netip"
	"slices"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/layout"
	"rdnsproxy/resolve"
)

// text is for people: a block for each target, with the verdict, the evidence as a
// tree, what it means, and what to do on which machine.
type text struct {
	w     io.Writer
	o     Options
	ink   layout.Ink
	sum   summary
	shown int
	said  said
}

func newText(w io.Writer, o Options) *text {
	switch {
	case o.Width > 0:
	case o.Brief:
		o.Width = math.MaxInt // one line for each finding, for grep and mail
	default:
		o.Width = 80
	}
	return &text{w: w, o: o, ink: layout.Ink{Colored: o.Color}, said: said{}}
}

func (t *text) Result(r *check.Result) error {
	if checked := t.sum.add(r); !checked || t.o.Quiet && r.Severity <= check.Notice {
		return nil
	}
	r = t.runnable(r)
	b := layout.Block{Width: t.o.Width, Ink: t.ink}
	t.shown++
	switch {
	case t.o.Brief:
		b.Line(0, t.head(r)+string(worst(r).Code))
		brief(&b, r)
	case t.shown > LongList && !t.o.Verbose:
		t.short(&b, r)
	default:
		if t.shown > 1 {
			b.Blank()
		}
		t.full(&b, r)
	}
	_, err := io.WriteString(t.w, b.String())
	return err
}

// head begins the first line of a target.
func (t *text) head(r *check.Result) string {
	return t.ink.Severity(r.Severity, r.Severity.String()) + "  " + t.ink.Paint(layout.Bold, title(r)) + "  "
}

// full writes all about a target.
func (t *text) full(b *layout.Block, r *check.Result) {
	b.Line(0, t.head(r)+verdict(r))
	evidence(b, r, t.o.Verbose)
	meaning(b, r, t.o.Verbose)
	remedy(b, r)
	if t.o.Verbose || r.Timings.Connect > 0 || r.Timings.Resolve >= 1 || r.Timings.Reverse >= 1 {
		timings(b, r.Timings)
	}
	t.said.onlyNew(r)
}

// runnable returns a result whose advice has commands that the reader can run as they
// are, wherever this program is installed.
func (t *text) runnable(r *check.Result) *check.Result {
	if t.o.Command == nil {
		return r
	}
	of := *r
	of.Findings = slices.Clone(r.Findings)
	for i := range of.Findings {
		f := &of.Findings[i]
		f.Advice = slices.Clone(f.Advice)
		for j := range f.Advice {
			a := &f.Advice[j]
			a.Text = t.o.Command(a.Text)
			if a.Code == check.AdviseCommand { // the line is a command
				a.Line = strings.TrimPrefix(t.o.Command("'"+a.Line), "'")
			}
		}
	}
	return &of
}

// Close writes the summary.
func (t *text) Close() error {
	if t.o.Quiet {
		return nil
	}
	return t.sum.write(t.w, t.ink, t.o.Width)
}

// verdict is the target's verdict and, if the worst finding is not a mapping, its code.
func verdict(r *check.Result) string {
	code := worst(r).Code
	if code == "" || code.Mapping() {
		return string(r.Verdict)
	}
	return string(r.Verdict) + ", " + string(code)
}

// worst returns the first of the worst findings; a zero Finding if all pass.
func worst(r *check.Result) check.Finding {
	var worst check.Finding
	for _, f := range r.Findings {
		if f.Severity > worst.Severity {
			worst = f
		}
	}
	return worst
}

// title is the target as typed, with the host if that is not in it.
func title(r *check.Result) string {
	if strings.Contains(r.Target, r.Host) || r.Target == "" {
		return cmp.Or(r.Target, r.Host)
	}
	return r.Target + " (" + r.Host + ")"
}

// evidence writes the tree: the host's addresses, their PTR names, and what these
// resolve to, each with its source; and the principals that Kerberos is asked for.
func evidence(b *layout.Block, r *check.Result, verbose bool) {
	var rows []layout.Row
	for _, a := range r.Addresses {
		rows = append(rows, layout.Row{Depth: 1, Cell: show(a.Address), Note: a.Source})
		if a.Reverse.Status != resolve.OK {
			rows = append(rows, layout.Row{Depth: 2, Cell: noPTR(a.Reverse.Status), Note: a.Reverse.Source})
		}
		for _, p := range a.PTR {
			rows = append(rows, layout.Row{Depth: 2, Cell: "PTR " + p.Name, Note: a.Reverse.Source},
				layout.Row{Depth: 3, Cell: resolvesTo(a, p), Note: p.Source})
		}
		if a.Reverse.Truncated {
			rows = append(rows, layout.Row{Depth: 2, Cell: "more PTR records, not looked up"})
		}
		rows = append(rows, probed(a)...)
	}
	if c := r.Forward.Canonical; c != "" && c != r.Host && len(rows) > 0 {
		kind := "full name " // from the search list or a hosts line
		if len(r.Forward.Chain) > 0 {
			kind = "CNAME "
		}
		rows = append([]layout.Row{{Depth: 1, Cell: kind + c, Note: r.Forward.Source}}, rows...)
	}
	b.Table(append(rows, tickets(r, verbose)...))
}

// noPTR says why an address has no PTR name: there is none, or the lookup failed.
func noPTR(s resolve.Status) string {
	if s.Temporary() {
		return "PTR unknown: " + s.Words()
	}
	return "no PTR: " + s.Words()
}

// resolvesTo says what a PTR name resolves to.
func resolvesTo(a check.Address, p check.PTR) string {
	switch {
	case p.Confirmed:
		return "resolves back"
	case p.Status == resolve.OK:
		return "resolves to " + addresses(p.Addresses) + " instead"
	case p.Status == resolve.Skipped:
		return "not looked up"
	}
	if p.Status.Temporary() {
		return "addresses unknown: " + p.Status.Words()
	}
	return "no address: " + p.Status.Words()
}

// timings writes how long the phases took.
func timings(b *layout.Block, p check.Phases) {
	var words []string
	for _, phase := range []phase{
		{"forward lookup", p.Resolve}, {"reverse lookup", p.Reverse},
		{"connecting", p.Connect}, {"SSH banner", p.Identify}, {"host keys", p.HostKeys},
	} {
		if phase.seconds > 0 {
			words = append(words, phase.name+" "+showSeconds(phase.seconds))
		}
	}
	if len(words) > 0 {
		b.Blank()
		b.Wrapped(1, "took: "+strings.Join(words, ", "))
	}
}

func addresses(as []netip.Addr) string {
	var words []string
	for _, a := range as[:min(len(as), 3)] {
		words = append(words, a.String())
	}
	if n := len(as) - len(words); n > 0 {
		words = append(words, fmt.Sprintf("%d more", n))
	}
	return strings.Join(words, ", ")
}
