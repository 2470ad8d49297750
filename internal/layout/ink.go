package layout

import "rdnsproxy/check"

// Ink paints words for a terminal. The zero value leaves them as they are. Padding and
// wrapping come first: what is painted no longer has its width.
type Ink struct{ Colored bool }

// The SGR parameters that are used (ECMA-48, 8.3.117).
const (
	Bold  = "1"
	Faint = "2"
)

// Paint gives s the SGR parameters sgr. An empty s stays empty.
func (k Ink) Paint(sgr, s string) string {
	if !k.Colored || s == "" {
		return s
	}
	return "\x1b[" + sgr + "m" + s + "\x1b[0m"
}

// Severity paints s in the colour of a severity.
func (k Ink) Severity(of check.Severity, s string) string {
	color := map[check.Severity]string{
		check.Pass: "32", check.Notice: "36", check.Unknown: "35", check.Warning: "33", check.Error: "31",
	}[of]
	return k.Paint(Bold+";"+color, s)
}
