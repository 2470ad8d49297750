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

// Voice is how the program speaks to people: lines on stderr that begin with
// its name, in lower case and without a full stop. A refusal carries a hint
// that can be acted on. Everything is made safe for a terminal here.
type Voice struct {
	w       io.Writer
	hints   func() bool // hints get lines of their own: a person is reading; if nil, no
	Quiet   bool        // warnings and notices are not wanted; errors are
	Verbose bool
	muted   atomic.Bool // nobody is left to hear anything
}

// NewVoice speaks on f. Hints get their own lines only where a person reads
// them: git, Ansible and rsync show stderr to nobody, or as one line.
func NewVoice(f *os.File, quiet, verbose bool) *Voice {
	return &Voice{w: f, hints: func() bool { return verbose || IsTerminal(f) }, Quiet: quiet, Verbose: verbose}
}

// Error says what went wrong, and the hint if there is a refusal in err.
func (v *Voice) Error(err error) {
	hint := ""
	var r *Refusal
	if errors.As(err, &r) {
		hint = r.Hint
	}
	v.WithHint("error", err.Error(), hint)
}

// Warning says what the user should know now.
func (v *Voice) Warning(text string) { v.say("warning", text) }

// WarningWithHint says it with what can be done about it.
func (v *Voice) WarningWithHint(text, hint string) {
	if !v.Quiet {
		v.WithHint("warning", text, hint)
	}
}

// Notice says what is good to know.
func (v *Voice) Notice(text string) { v.say("notice", text) }

// Unknown says, in one line, what could not be found out.
func (v *Voice) Unknown(text string) { v.say("unknown", text) }

// Mute ends all speech: nobody is left to hear anything.
func (v *Voice) Mute() { v.muted.Store(true) }

// ToPerson reports whether hints get lines of their own.
func (v *Voice) ToPerson() bool { return v.hints != nil && v.hints() }

// Hint says what to do, on a line of its own, to people only.
func (v *Voice) Hint(text string) {
	if v.ToPerson() {
		v.say("hint", Runnable(text))
	}
}

// WithHint puts the hint on its own line for people, in parentheses for others.
func (v *Voice) WithHint(kind, text, hint string) {
	switch {
	case hint == "":
		v.line(kind, text)
	case v.ToPerson():
		v.line(kind, text)
		v.line("hint", Runnable(hint))
	default:
		v.line(kind, text+" ("+Runnable(hint)+")")
	}
}

func (v *Voice) say(kind, text string) {
	if !v.Quiet {
		v.line(kind, text)
	}
}

// line writes one line in one call, so that lines of several helpers do not mix.
func (v *Voice) line(kind, text string) {
	if v.muted.Load() {
		return
	}
	text = strings.ReplaceAll(strings.TrimRight(text, "\n "), "\n", "; ")
	io.WriteString(v.w, "rdnsproxy: "+kind+": "+safetext.Line(text)+"\n")
}

func IsTerminal(f *os.File) bool { return f != nil && term.IsTerminal(int(f.Fd())) }
