package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/layout"
	"rdnsproxy/safetext"
)

// digest is the format summary: what very many targets amount to, for people. The first
// screen has the answer: how many of what, and whom to ask. Examples follow, then a line
// each about the run. Its memory is bounded, however many targets there are.
type digest struct {
	w   io.Writer
	o   Options
	ink layout.Ink

	sum       summary
	compared  compared
	verdicts  map[check.Verdict]int
	invalid   int // lines that are no target, and so have no verdict
	refused   refused
	operators operators
	examples  examples
	times     [len(timeSteps) + 1]int
	timed     int
}

// digestOperators is how many operators a digest lists: with the verdicts, a screen of 24
// lines.
const digestOperators = 8

// timeSteps are the upper ends of the steps in which times are counted, in seconds.
var timeSteps = [...]float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5}

func newDigest(w io.Writer, o Options) *digest {
	o.Width = cmp.Or(o.Width, 80)
	return &digest{w: w, o: o, ink: layout.Ink{Colored: o.Color}, verdicts: map[check.Verdict]int{}}
}

func (d *digest) Result(r *check.Result) error {
	if !d.sum.add(r) {
		return nil
	}
	if r.Invalid() {
		d.invalid++
	} else {
		d.verdicts[r.Verdict]++
	}
	listed := d.compared.add(r)
	if k := kindOf(r); k.shown() && !listed {
		d.examples.add(k, func() string { return d.line(r) })
	}
	d.refused.add(r)
	d.operators.add(r)
	if took := r.Timings.Resolve + r.Timings.Reverse; took > 0 {
		step, _ := slices.BinarySearch(timeSteps[:], took)
		d.times[step]++
		d.timed++
	}
	return nil
}

func (d *digest) Close() error {
	b := layout.Block{Width: d.o.Width, Ink: d.ink}
	d.headline(&b)
	d.refused.write(&b)
	d.compared.write(&b, d.part)
	d.byVerdict(&b)
	d.whomToAsk(&b)
	d.worst(&b)
	d.aboutRun(&b)
	_, err := io.WriteString(d.w, b.String())
	return err
}

// headline is the line that ends other reports.
func (d *digest) headline(b *layout.Block) {
	sum := Tally(d.sum.total, d.sum.counts)
	if d.sum.unfinished > 0 {
		sum = fmt.Sprintf("interrupted: %s, %d not checked", sum, d.sum.unfinished)
	}
	b.Hanging(0, 1, sum)
}

func (d *digest) byVerdict(b *layout.Block) {
	if d.invalid == 0 && len(d.verdicts) == 0 {
		return
	}
	row := func(n int, of string) {
		if n > 0 {
			b.Line(2, fmt.Sprintf("%11s  %5.1f %%  %s", grouped(n), 100*float64(n)/float64(d.sum.total-d.sum.unfinished), of))
		}
	}
	d.part(b, "verdicts")
	row(d.invalid, "none: no target")
	for _, v := range slices.Backward(check.Verdicts()) { // the worst first
		row(d.verdicts[v], string(v))
	}
}

// whomToAsk lists the operators of reverse zones that can help the most targets.
func (d *digest) whomToAsk(b *layout.Block) {
	rows, rest := d.operators.rows(digestOperators, b.Width)
	if len(rows) == 0 {
		return
	}
	d.part(b, "whom to ask (targets, operator, zones)")
	b.Table(rows)
	if rest > 0 {
		b.Line(2, fmt.Sprintf("%11s  of others", grouped(rest)))
	}
}

// line is a target with the finding that decides, on one line. The kind is said above it.
func (d *digest) line(r *check.Result) string {
	f := deciding(r)
	what := strings.TrimPrefix(summed(r), string(f.Code)+": ")
	if f.Code == check.InputInvalid { // the line is what has to be found
		place, wrong, right := unplaced(r, f.Text)
		what = place[strings.LastIndexByte(place, '/')+1:] + ": " + wrong + right
	}
	return safetext.Cut(name(r)+"  "+what, d.o.Width-2*len(layout.Indent))
}

// worst shows examples of what is unknown or worse, and one of each kind of notice.
func (d *digest) worst(b *layout.Block) {
	kinds, most := d.examples.kinds()
	for i, k := range kinds {
		of, each := d.examples.of[k], most
		if k.severity == check.Notice {
			each = 1
		}
		if i == 0 {
			b.Blank()
		}
		b.Line(1, d.ink.Severity(k.severity, Count(of.n, k.severity))+": "+k.what)
		for _, line := range of.lines[:min(each, len(of.lines))] {
			b.Line(2, line)
		}
		if n := of.n - each; n > 0 {
			b.Line(2, "and "+grouped(n)+" more")
		}
	}
}

// aboutRun says in a line each how long lookups took, what became of the questions, and
// when and how long the run was.
func (d *digest) aboutRun(b *layout.Block) {
	var lines []string
	if d.timed > 0 {
		lines = append(lines, fmt.Sprintf("lookups of a target: half took %s, 95 %% %s, all %s",
			d.within(.5), d.within(.95), d.within(1)))
	}
	if d.o.Ran != nil {
		lines = append(lines, d.o.Ran().lines()...)
	}
	if len(lines) == 0 {
		return
	}
	b.Blank()
	for _, line := range lines {
		b.Hanging(1, 2, line)
	}
}

// within says in what time a share of the targets was done.
func (d *digest) within(share float64) string {
	n := 0
	for i, end := range timeSteps {
		if n += d.times[i]; float64(n) >= share*float64(d.timed) {
			return "up to " + showSeconds(end)
		}
	}
	return "more than " + showSeconds(timeSteps[len(timeSteps)-1])
}

// part begins a part with its heading.
func (*digest) part(b *layout.Block, heading string) {
	b.Blank()
	b.Heading(heading)
}
