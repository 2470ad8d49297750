package auditreport

import (
	"strings"

	"rdnsproxy/internal/layout"
)

// shownAdvice is how many pieces of advice the text gives, and shownLines how many lines to
// copy each has.
const (
	shownAdvice = 8
	shownLines  = 3
)

// remedy writes what to do, by what it is against, and at which place.
func (t *text) remedy() {
	all := aims(t.r, t.o.Command)
	if len(all) == 0 {
		return
	}
	t.Blank()
	t.Heading("what to do")
	written, left := 0, 0
	for _, a := range all {
		if written == shownAdvice && !t.o.Verbose {
			left += len(a.tasks)
			continue
		}
		t.Hanging(2, 3, a.words())
		for _, k := range a.tasks {
			if written == shownAdvice && !t.o.Verbose {
				left++
				continue
			}
			t.task(k)
			written++
		}
	}
	if left > 0 {
		t.Line(2, "and "+count(int64(left), "more thing")+" (-v shows all)")
	}
}

// task writes a piece of advice behind its place, which is painted if it stands on one line.
func (t *text) task(k task) {
	colon := ""
	if len(k.lines) > 0 {
		colon = ":"
	}
	b := layout.Block{Width: t.Width}
	b.Hanging(3, 4, k.place+": "+k.text+colon)
	t.WriteString(strings.Replace(b.String(), k.place+":", t.Ink.Paint(layout.Bold, k.place+":"), 1))
	for i, line := range k.lines {
		if i == shownLines && !t.o.Verbose {
			t.Line(5, "and "+count(int64(len(k.lines)-i), "more line")+" like these (-v shows all)")
			break
		}
		t.Verbatim(5, line)
	}
}
