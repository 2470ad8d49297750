package report

import (
	"fmt"
	"io"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/layout"
)

// summary counts targets, for the line that ends a report for people.
type summary struct {
	counts     map[check.Severity]int
	total      int
	unfinished int // of total: the run was interrupted before they were checked
}

// add counts a target, and reports whether it was checked at all. People read how
// many were not, instead of a line for each.
func (s *summary) add(r *check.Result) (checked bool) {
	s.total++
	if r.Interrupted() {
		s.unfinished++
		return false
	}
	if s.counts == nil {
		s.counts = map[check.Severity]int{}
	}
	s.counts[r.Severity]++
	return true
}

// write writes the line after an empty one, wrapped within a width in columns; for a
// single target nothing.
func (s *summary) write(w io.Writer, k layout.Ink, width int) error {
	if s.total < 2 {
		return nil
	}
	sum := Tally(s.total, s.counts)
	if s.unfinished > 0 {
		sum = fmt.Sprintf("interrupted: %s, %d not checked", sum, s.unfinished)
	}
	// Each count stays on one line: its space is no place to wrap at.
	const stay = "\x00"
	for severity, n := range s.counts {
		word := Count(n, severity)
		sum = strings.Replace(sum, word, strings.ReplaceAll(word, " ", stay), 1)
	}
	b := layout.Block{Width: width}
	b.Hanging(0, 1, sum)
	sum = strings.ReplaceAll(b.String(), stay, " ")
	for severity, n := range s.counts {
		word := Count(n, severity)
		sum = strings.Replace(sum, word, k.Severity(severity, word), 1)
	}
	_, err := io.WriteString(w, "\n"+sum)
	return err
}

// Tally is how many targets have which severity, in words, the worst first.
func Tally(total int, counts map[check.Severity]int) string {
	var parts []string
	for _, s := range []check.Severity{check.Error, check.Warning, check.Unknown, check.Notice, check.Pass} {
		if n := counts[s]; n > 0 {
			parts = append(parts, Count(n, s))
		}
	}
	if len(parts) == 0 {
		return Targets(total)
	}
	return Targets(total) + ": " + strings.Join(parts, ", ")
}

// Count is a number of targets of a severity, in words.
func Count(n int, s check.Severity) string {
	word := s.String()
	if n > 1 && (s == check.Error || s == check.Warning || s == check.Notice) {
		word += "s"
	}
	return fmt.Sprintf("%d %s", n, word)
}

// Targets is a number of targets, in words.
func Targets(n int) string {
	if n == 1 {
		return "1 target"
	}
	return fmt.Sprintf("%d targets", n)
}
