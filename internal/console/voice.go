package console

import (
	"errors"
	"io"
	"os"
	"strings"
	"sync/atomic"

	"rdnsproxy/safetext"

	"golang.org/x/term"
)

// Voice writes the program's messages: lines on stderr that begin with its name, in
// lower case and without a full stop. Everything is made safe for a terminal here. A
// nil Voice is silent.
type Voice struct {
	w       io.Writer
	hints   func() bool // whether a person is reading, so that hints get lines of their own; if nil, no
	Quiet   bool        // suppress all but errors
	Verbose bool
	muted   atomic.Bool // nobody is left to read anything
}

// NewVoice returns a Voice that writes to f. Hints get lines of their own only if a
// person reads them: git, Ansible and rsync hide stderr or show it as one line.
func NewVoice(f *os.File, quiet, verbose bool) *Voice {
	return &Voice{w: f, hints: func() bool { return verbose || IsTerminal(f) }, Quiet: quiet, Verbose: verbose}
}

// Error prints an error, with the hint if err is or wraps a Refusal.
func (v *Voice) Error(err error) {
	hint := ""
	var r *Refusal
	if errors.As(err, &r) {
		hint = r.Hint
	}
	v.withHint("error", err.Error(), hint)
}

// Warning prints what the user should know now.
func (v *Voice) Warning(text string) { v.say("warning", text) }

// WarningWithHint prints a warning with what can be done about it.
func (v *Voice) WarningWithHint(text, hint string) {
	if !v.quiet() {
		v.withHint("warning", text, hint)
	}
}

// Notice prints what is good to know.
func (v *Voice) Notice(text string) { v.say("notice", text) }

// NoticeWithHint prints a notice with what can be done about it.
func (v *Voice) NoticeWithHint(text, hint string) {
	if !v.quiet() {
		v.withHint("notice", text, hint)
	}
}

// Unknown prints, on one line, what could not be determined.
func (v *Voice) Unknown(text string) { v.say("unknown", text) }

// Mute drops all further messages: nobody is left to read them.
func (v *Voice) Mute() {
	if v != nil {
		v.muted.Store(true)
	}
}

// ToPerson reports whether a person is reading, so that hints get lines of their own.
func (v *Voice) ToPerson() bool { return v != nil && v.hints != nil && v.hints() }

// Hint prints what to do on a line of its own, if a person is reading.
func (v *Voice) Hint(text string) {
	if v.ToPerson() {
		v.say("hint", QualifyCommands(text))
	}
}

// withHint prints a message of the given kind ("error", "warning", "notice"), also if v
// is quiet. The hint is on a line of its own if a person is reading, otherwise in
// parentheses.
func (v *Voice) withHint(kind, text, hint string) {
	switch {
	case hint == "":
		v.line(kind, text)
	case v.ToPerson():
		v.line(kind, text)
		v.line("hint", QualifyCommands(hint))
	default:
		v.line(kind, text+" ("+QualifyCommands(hint)+")")
	}
}

func (v *Voice) say(kind, text string) {
	if !v.quiet() {
		v.line(kind, text)
	}
}

func (v *Voice) quiet() bool { return v == nil || v.Quiet }

// line writes a line in one call, so that the lines of several relays do not mix.
func (v *Voice) line(kind, text string) {
	if v == nil || v.muted.Load() {
		return
	}
	text = strings.ReplaceAll(strings.TrimRight(text, "\n "), "\n", "; ")
	io.WriteString(v.w, "rdnsproxy: "+kind+": "+safetext.Line(text)+"\n")
}

// IsTerminal reports whether f is a terminal; f may be nil.
func IsTerminal(f *os.File) bool { return f != nil && term.IsTerminal(int(f.Fd())) }
