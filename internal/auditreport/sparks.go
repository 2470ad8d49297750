package auditreport

import (
	"slices"
	"strings"
	"time"

	"rdnsproxy/audit"
	"rdnsproxy/internal/layout"
)

// The heights of a cell; the digits, where there is only ASCII, are ninths of the maximum.
const (
	bars      = "▁▂▃▄▅▆▇█"
	asciiBars = "123456789"
)

// spark is one line of a chart in text: the sum of each cell.
type spark struct {
	label string
	cells []int64
}

// draw returns a character for each cell: '-' is zero, the tallest is the maximum.
func (s spark) draw(heights string, times int) string {
	bars := []rune(heights)
	top := slices.Max(s.cells)
	var b strings.Builder
	for _, n := range s.cells {
		r := '-'
		if n > 0 {
			r = bars[(n*int64(len(bars))-1)/top]
		}
		b.WriteString(strings.Repeat(string(r), times))
	}
	return b.String()
}

// chart is what all lines share: when it begins, and how long a cell is.
type chart struct {
	start time.Time
	step  time.Duration
	cells int
	times int // columns of a cell
}

const day = 24 * time.Hour

// steps are the lengths of a cell that people can read off.
func steps() []time.Duration {
	const hour = time.Hour
	return []time.Duration{
		time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day, 14 * day, 28 * day,
		91 * day, 182 * day, 364 * day, 3640 * day, 36400 * day,
	}
}

// chartOf fits a timeline into so many columns, with cells that begin at round times.
func chartOf(t audit.Timeline, columns int, in *time.Location) chart {
	first, last := t.Start[0], t.Start[len(t.Start)-1]+t.StepSeconds
	_, offset := time.Unix(first, 0).In(in).Zone()
	for _, step := range steps() {
		s := int64(step / time.Second)
		if s < t.StepSeconds {
			continue
		}
		from := first - mod(first+int64(offset), s)
		cells := int((last - from + s - 1) / s)
		if cells <= columns {
			return chart{time.Unix(from, 0).In(in), step, cells, min(max(columns/cells, 1), 3)}
		}
	}
	return chart{time.Unix(first, 0).In(in), time.Duration(last-first) * time.Second, 1, 1}
}

func mod(a, b int64) int64 { return ((a % b) + b) % b }

// sum adds the values of a timeline up into cells.
func (c chart) sum(starts, values []int64) []int64 {
	cells := make([]int64, c.cells)
	for i, v := range values {
		at := (starts[i] - c.start.Unix()) / int64(c.step/time.Second)
		cells[min(max(at, 0), int64(c.cells-1))] += v
	}
	return cells
}

// axis labels the time, as often as there is room.
func (c chart) axis() string {
	form := "2 Jan"
	switch whole := c.step * time.Duration(c.cells); {
	case whole <= 30*time.Hour:
		form = "15:04"
	case whole > 400*day:
		form = "Jan 2006"
	}
	every := c.labelEvery(len(form))
	width := c.cells * c.times
	line := ""
	next := -1
	for i := range c.cells {
		t := c.start.Add(time.Duration(i) * c.step)
		_, offset := t.Zone()
		round := int64(min(every, max(c.step, day)) / time.Second)
		if next < 0 && mod(t.Unix()+int64(offset), round) != 0 || next >= 0 && i != next {
			continue
		}
		next = i + int(every/c.step)
		if label, at := t.Format(form), i*c.times; at >= len(line)+min(len(line), 2) && at+len(label) <= width {
			line = layout.Pad(line, at) + label
		}
	}
	return line
}

// labelEvery is the shortest of the steps whose labels, of so many characters, do not touch.
func (c chart) labelEvery(label int) time.Duration {
	for _, s := range steps() {
		if s%c.step == 0 && int(s/c.step)*c.times >= label+3 {
			return s
		}
	}
	return c.step
}

// per names the length of a cell: "per hour", "per 2 days".
func (c chart) per() string {
	n, unit := int64(c.step/time.Minute), "minute"
	switch {
	case c.step%(7*day) == 0:
		n, unit = int64(c.step/(7*day)), "week"
	case c.step%day == 0:
		n, unit = int64(c.step/day), "day"
	case c.step%time.Hour == 0:
		n, unit = int64(c.step/time.Hour), "hour"
	}
	if n == 1 {
		return "per " + unit
	}
	return "per " + count(n, unit)
}

// fewCells is how many cells a chart has at least: fewer say less than the period.
const fewCells = 4

// sparklines writes when things happened: a line each for wrong reverse names, failed
// logins and logins, each on its own scale.
func (t *text) sparklines() {
	if len(t.r.Timeline.Start) < 2 {
		return
	}
	const label, note = 20, 16
	c := chartOf(t.r.Timeline, max(t.Width-len(layout.Indent)-label-note, 10), t.zone)
	if c.cells < fewCells {
		return
	}
	drawn := bars
	if t.o.ASCII {
		drawn = asciiBars
	}
	width := label + c.cells*c.times
	t.Blank()
	t.Line(1, t.Ink.Paint(layout.Faint, layout.Pad(layout.Pad("", label)+c.axis(), width)+"  "+c.per()))
	for _, s := range []spark{
		{"wrong reverse name", c.sum(t.r.Timeline.Start, t.r.Timeline.Mapping)},
		{"failed logins", c.sum(t.r.Timeline.Start, t.r.Timeline.Failed)},
		{"logins", c.sum(t.r.Timeline.Start, t.r.Timeline.Logins)},
	} {
		top := "none"
		if n := slices.Max(s.cells); n > 0 {
			top = "max " + number(n)
		}
		t.Line(1, layout.Pad(s.label, label)+s.draw(drawn, c.times)+"  "+t.Ink.Paint(layout.Faint, top))
	}
}
