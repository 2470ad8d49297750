package report

import (
	"strings"

	"rdnsproxy/check"
)

// ink paints words for a terminal. The zero value leaves them as they are. Padding and
// wrapping come first: what is painted no longer has its width.
type ink struct{ colored bool }

// The SGR parameters that are used (ECMA-48, 8.3.117).
const (
	bold  = "1"
	faint = "2"
)

func (k ink) paint(sgr, s string) string {
	if !k.colored || s == "" {
		return s
	}
	return "\x1b[" + sgr + "m" + s + "\x1b[0m"
}

// severity paints s in the colour of a severity.
func (k ink) severity(of check.Severity, s string) string {
	color := map[check.Severity]string{
		check.Pass: "32", check.Notice: "36", check.Unknown: "35", check.Warning: "33", check.Error: "31",
	}[of]
	return k.paint(bold+";"+color, s)
}

// tally counts targets by their severity, the worst first.
func (k ink) tally(total int, counts map[check.Severity]int) string {
	var parts []string
	for _, s := range []check.Severity{check.Error, check.Warning, check.Unknown, check.Notice, check.Pass} {
		if n := counts[s]; n > 0 {
			parts = append(parts, k.severity(s, count(n, s)))
		}
	}
	if len(parts) == 0 {
		return targets(total)
	}
	return targets(total) + ": " + strings.Join(parts, ", ")
}
