package console

import "os"

// ColorMode says when text is coloured: the value of --color, as git and ripgrep
// have it.
type ColorMode string

// The modes.
const (
	ColorAuto   ColorMode = "auto"
	ColorAlways ColorMode = "always"
	ColorNever  ColorMode = "never"
)

// ColorModes lists the closed set.
func ColorModes() []ColorMode { return []ColorMode{ColorAuto, ColorAlways, ColorNever} }

// Colored reports whether text for f is coloured; f is nil for a file that replaces
// stdout. In auto mode, or none, the environment decides. NO_COLOR turns colour off
// (no-color.org) and takes precedence over CLICOLOR_FORCE, which turns it on even
// for a pipe (bixense.com/clicolors). Without them, a terminal that is not dumb gets
// colour.
func (w World) Colored(m ColorMode, f *os.File) bool {
	switch m {
	case ColorAlways, ColorNever:
		return m == ColorAlways
	}
	force := w.Getenv("CLICOLOR_FORCE")
	switch {
	case f == nil, w.Getenv("NO_COLOR") != "":
		return false
	case force != "" && force != "0":
		return true
	}
	return IsTerminal(f) && w.Getenv("TERM") != "dumb"
}
