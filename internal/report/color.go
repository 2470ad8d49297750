package report

import "rdnsproxy/check"

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
