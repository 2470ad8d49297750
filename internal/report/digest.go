package report

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/layout"
	"rdnsproxy/limits"
	"rdnsproxy/safetext"
)

// digest is the format summary: what very many targets amount to, on a screen or two, for
// people. Its memory is bounded, however many targets there are.
type digest struct {
	w   io.Writer
	o   Options
	ink layout.Ink

	sum      summary
	verdicts map[check.Verdict]int
	worst    worstOf[string]
	zones    counter // reverse zones with something to fix
	keepers  counter // their operators
	contact  map[string]string
	times    [len(timeSteps) + 1]int
	timed    int
}

// Bounds of what a digest lists.
const (
	digestWorst = 50
	digestTop   = 15 // zones, and operators
	digestBar   = 30 // columns of the longest bar, where the width allows
)

// timeSteps are the upper ends of the steps of the histogram, in seconds.
var timeSteps = [...]float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5}

func newDigest(w io.Writer, o Options) *digest {
	o.Width = cmp.Or(o.Width, 80)
	return &digest{
		w: w, o: o, ink: layout.Ink{Colored: o.Color},
		verdicts: map[check.Verdict]int{}, contact: map[string]string{}, worst: worstOf[string]{most: digestWorst},
	}
}

func (d *digest) Result(r *check.Result) error {
	if !d.sum.add(r) {
		return nil
	}
	d.verdicts[r.Verdict]++
	if r.Severity > check.Notice {
		d.worst.add(r.Severity, d.line(r))
	}
	var zones, keepers []string
	for _, a := range r.Addresses {
		if z := a.Reverse.Zone; z != "" && !slices.Contains(zones, z) {
			zones = append(zones, z)
			if d.zones.add(z) {
				d.contact[z] = a.Reverse.Contact
			}
		}
		if c := a.Reverse.Contact; c != "" && !slices.Contains(keepers, c) {
			keepers = append(keepers, c)
			d.keepers.add(c)
		}
	}
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
	d.byVerdict(&b)
	d.worstTargets(&b)
	d.byZone(&b)
	d.byKeeper(&b)
	d.byTime(&b)
	d.questions(&b)
	_, err := io.WriteString(d.w, b.String())
	return err
}

// headline is the line that ends other reports.
func (d *digest) headline(b *layout.Block) {
	sum := tally(d.sum.total, d.sum.counts)
	if d.sum.unfinished > 0 {
		sum = fmt.Sprintf("interrupted: %s, %d not checked", sum, d.sum.unfinished)
	}
	b.Hanging(0, 1, sum)
}

func (d *digest) byVerdict(b *layout.Block) {
	if len(d.verdicts) == 0 {
		return
	}
	d.part(b, "verdicts")
	for _, v := range check.Verdicts() {
		if n := d.verdicts[v]; n > 0 {
			b.Line(2, fmt.Sprintf("%-12s %12s  %5.1f %%", v, grouped(n), 100*float64(n)/float64(d.sum.total-d.sum.unfinished)))
		}
	}
}

// line is a target with the finding that decides, on one line.
func (d *digest) line(r *check.Result) string {
	severity := r.Severity.String()
	return d.ink.Severity(r.Severity, severity) +
		safetext.Cut(strings.Repeat(" ", len("warning  ")-len(severity))+name(r)+"  "+summed(r),
			d.o.Width-2*len(layout.Indent)-len(severity))
}

func (d *digest) worstTargets(b *layout.Block) {
	if d.worst.kept == 0 {
		return
	}
	d.part(b, "the worst targets")
	for _, line := range d.worst.list() {
		b.Line(2, line)
	}
	if n := d.worst.passed; n > 0 {
		b.Line(2, "and "+grouped(n)+" more")
	}
}

func (d *digest) byZone(b *layout.Block) {
	d.most(b, "reverse zones with something to fix", &d.zones, func(zone string) string { return d.contact[zone] })
}

func (d *digest) byKeeper(b *layout.Block) {
	d.most(b, "whom to ask", &d.keepers, func(string) string { return "" })
}

// most lists the most frequent words, each with a note.
func (d *digest) most(b *layout.Block, heading string, c *counter, note func(string) string) {
	words := c.top()
	if len(words) == 0 {
		return
	}
	d.part(b, heading)
	var rows []layout.Row
	for _, word := range words[:min(len(words), digestTop)] {
		rows = append(rows, layout.Row{
			Depth: 2, Cell: safetext.Cut(fmt.Sprintf("%12s  %s", grouped(c.of[word]), word), b.Width-4),
			Note: safetext.Cut(note(word), b.Width/2),
		})
	}
	b.Table(rows)
	rest := c.others
	for _, word := range words[min(len(words), digestTop):] {
		rest += c.of[word]
	}
	if rest > 0 {
		b.Line(2, fmt.Sprintf("%12s  in others", grouped(rest)))
	}
}

// byTime is the histogram of how long the lookups of a target took.
func (d *digest) byTime(b *layout.Block) {
	if d.timed == 0 {
		return
	}
	d.part(b, "time of a target's lookups")
	most, columns := slices.Max(d.times[:]), max(0, min(digestBar, d.o.Width-31))
	first, last := 0, len(d.times)
	for d.times[first] == 0 {
		first++
	}
	for d.times[last-1] == 0 {
		last--
	}
	for i, n := range d.times[first:last] {
		label := fmt.Sprintf("over %5s", span(timeSteps[len(timeSteps)-1]))
		if i += first; i < len(timeSteps) {
			label = fmt.Sprintf("up to %s", span(timeSteps[i]))
		}
		bar := strings.Repeat("#", (n*columns+most-1)/most)
		b.Line(2, fmt.Sprintf("%-13s %11s  %s", label, grouped(n), bar))
	}
}

// span formats a step of the histogram.
func span(seconds float64) string {
	if seconds < 1 {
		return fmt.Sprintf("%g ms", seconds*1000)
	}
	return fmt.Sprintf("%g s", seconds)
}

func (d *digest) questions(b *layout.Block) {
	if d.o.Asked == nil {
		return
	}
	sent, lost := d.o.Asked()
	if sent == 0 {
		return
	}
	d.part(b, "DNS questions")
	b.Hanging(2, 2, fmt.Sprintf("%s sent, %s without an answer (%.2f %%)",
		grouped(int(sent)), grouped(int(lost)), 100*float64(lost)/float64(sent)))
}

// part begins a part with its heading.
func (d *digest) part(b *layout.Block, heading string) {
	b.Blank()
	b.Heading(heading)
}

// counter counts words, each exactly; beyond limits.Counted different ones it counts all
// others as one.
type counter struct {
	of     map[string]int
	others int
}

// add counts a word, and reports whether it is counted by itself.
func (c *counter) add(word string) bool {
	if _, known := c.of[word]; !known && len(c.of) >= limits.Counted {
		c.others++
		return false
	}
	if c.of == nil {
		c.of = map[string]int{}
	}
	c.of[word]++
	return true
}

// top returns the words, the most frequent first.
func (c *counter) top() []string {
	return slices.SortedFunc(maps.Keys(c.of), func(a, b string) int {
		return cmp.Or(cmp.Compare(c.of[b], c.of[a]), strings.Compare(a, b))
	})
}

// grouped formats a number for people: 1,000,000.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
