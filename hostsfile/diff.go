package hostsfile

import (
	"fmt"
	"strings"

	"rdnsproxy/safetext"
)

// How a Diff is cut: lines around a change, and bytes of a line that stays or gets
// or loses no more than its end. Lines that change are shown whole.
const (
	diffContext = 2
	diffWidth   = 160
)

// Diff shows what the edit changes as diff -u does, safe to print: bytes that are
// not printable are \DDD, tabs stay. A carriage return before a newline is shown,
// as \013, where lines of the file end without. It is empty where nothing changes.
func (e *Edit) Diff() string {
	p, usual := e.plan(), e.lineEnd()
	var b strings.Builder
	before, after := 0, 0 // lines passed on either side
	i := 0
	for changed := p.changed; len(changed) > 0; {
		var from, to int
		from, to, changed = hunk(p, changed)
		if b.Len() == 0 {
			path := safetext.Line(e.file.Path)
			fmt.Fprintf(&b, "--- %s\n+++ %s\n", path, path)
		}
		before, after = before+from-i, after+from-i
		endBefore, endAfter := before, after
		for _, s := range p.steps(from, to) {
			if s.before != "" {
				endBefore++
			}
			if s.after != "" {
				endAfter++
			}
		}
		fmt.Fprintf(&b, "@@ -%s +%s @@\n", span(before, endBefore), span(after, endAfter))
		writeHunk(&b, p.steps(from, to), usual)
		i, before, after = to, endBefore, endAfter
	}
	return b.String()
}

func (p *plan) steps(from, to int) []step {
	var steps []step
	for i := from; i < to; i++ {
		steps = append(steps, p.at(i))
	}
	return steps
}

// hunk is the first run of changes with what is around it, and the changes that
// are left. Changes whose surroundings touch are one run.
func hunk(p *plan, changed []int) (from, to int, left []int) {
	n := 1
	for n < len(changed) && changed[n]-changed[n-1] <= 2*diffContext+1 {
		n++
	}
	return max(0, changed[0]-diffContext), min(p.len(), changed[n-1]+diffContext+1), changed[n:]
}

// span is a range of lines as diff writes it: of none, the line before it.
func span(passed, end int) string {
	switch n := end - passed; n {
	case 0:
		return fmt.Sprintf("%d,0", passed)
	case 1:
		return fmt.Sprint(end)
	default:
		return fmt.Sprintf("%d,%d", passed+1, n)
	}
}

// writeHunk shows what goes before what comes in each run of changes.
func writeHunk(b *strings.Builder, steps []step, usual string) {
	for i := 0; i < len(steps); {
		if s := steps[i]; s.before == s.after {
			writeLine(b, ' ', s.before, usual, true)
			i++
			continue
		}
		end := i
		for end < len(steps) && steps[end].before != steps[end].after {
			end++
		}
		for _, s := range steps[i:end] {
			writeLine(b, '-', s.before, usual, s.stays())
		}
		for _, s := range steps[i:end] {
			writeLine(b, '+', s.after, usual, s.stays())
		}
		i = end
	}
}

// stays says that a line keeps all but its end.
func (s step) stays() bool {
	return strings.TrimRight(s.before, "\r\n") == strings.TrimRight(s.after, "\r\n")
}

func writeLine(b *strings.Builder, sign byte, raw, usual string, cut bool) {
	if raw == "" {
		return
	}
	end := lineEnd(raw)
	text := strings.TrimSuffix(raw, "\n")
	if end == usual {
		text = strings.TrimSuffix(raw, end)
	}
	if cut { // what is printed is never shorter, so no more is needed
		text = text[:min(len(text), 2*diffWidth)]
	}
	words := strings.Split(text, "\t")
	for i := range words {
		words[i] = safetext.Line(words[i])
	}
	text = strings.Join(words, "\t")
	if cut {
		text = safetext.Cut(text, diffWidth)
	}
	b.WriteByte(sign)
	b.WriteString(text)
	b.WriteByte('\n')
	if end == "" {
		b.WriteString("\\ no newline at end of file\n")
	}
}
