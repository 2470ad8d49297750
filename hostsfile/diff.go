package hostsfile

import (
	"fmt"
	"strings"

	"rdnsproxy/internal/safetext"
)

// How a Diff is cut: lines around a change, and bytes of a line that stays.
// Lines that change are shown whole.
const (
	diffContext = 2
	diffWidth   = 160
)

// Diff shows what the edit changes as diff -u does, safe to print: bytes that are
// not printable are \DDD, tabs stay. It is empty where nothing changes.
func (e *Edit) Diff() string {
	steps := e.plan()
	var b strings.Builder
	before, after := 0, 0 // lines passed on either side
	for i := 0; i < len(steps); {
		from, to := hunk(steps, i)
		if from == to {
			break
		}
		if b.Len() == 0 {
			path := safetext.Line(e.file.Path)
			fmt.Fprintf(&b, "--- %s\n+++ %s\n", path, path)
		}
		before, after = passed(steps[i:from], before, after)
		endBefore, endAfter := passed(steps[from:to], before, after)
		fmt.Fprintf(&b, "@@ -%s +%s @@\n", span(before, endBefore), span(after, endAfter))
		writeHunk(&b, steps[from:to])
		i, before, after = to, endBefore, endAfter
	}
	return b.String()
}

// hunk is the next run of changes at or after i, with what is around it. Changes
// whose surroundings touch are one run.
func hunk(steps []step, i int) (from, to int) {
	first, last := -1, -1
	for j := i; j < len(steps) && (last < 0 || j <= last+2*diffContext+1); j++ {
		if steps[j].before != steps[j].after {
			if first < 0 {
				first = j
			}
			last = j
		}
	}
	if first < 0 {
		return len(steps), len(steps)
	}
	return max(i, first-diffContext), min(len(steps), last+diffContext+1)
}

func passed(steps []step, before, after int) (int, int) {
	for _, s := range steps {
		if s.before != "" {
			before++
		}
		if s.after != "" {
			after++
		}
	}
	return before, after
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
func writeHunk(b *strings.Builder, steps []step) {
	for i := 0; i < len(steps); {
		if s := steps[i]; s.before == s.after {
			writeLine(b, ' ', s.before)
			i++
			continue
		}
		end := i
		for end < len(steps) && steps[end].before != steps[end].after {
			end++
		}
		for _, s := range steps[i:end] {
			writeLine(b, '-', s.before)
		}
		for _, s := range steps[i:end] {
			writeLine(b, '+', s.after)
		}
		i = end
	}
}

func writeLine(b *strings.Builder, sign byte, raw string) {
	if raw == "" {
		return
	}
	end := lineEnd(raw)
	words := strings.Split(strings.TrimSuffix(raw, end), "\t")
	for i := range words {
		words[i] = safetext.Line(words[i])
	}
	text := strings.Join(words, "\t")
	if sign == ' ' {
		text = safetext.Cut(text, diffWidth)
	}
	b.WriteByte(sign)
	b.WriteString(text)
	b.WriteByte('\n')
	if end == "" {
		b.WriteString("\\ no newline at end of file\n")
	}
}
