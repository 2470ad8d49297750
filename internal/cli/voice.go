package cli

import (
	"errors"
	"io"
	"os"
	"strings"
	"sync/atomic"

	"rdnsproxy/safetext"

	"golang.org/x/term"
)

// voice is how the program speaks to people: lines on stderr that begin with
// its name, in lower case and without a full stop. A refusal carries a hint
// that can be acted on. Everything is made safe for a terminal here.
type voice struct {
	w       io.Writer
	hints   func() bool // hints get lines of their own: a person is reading; if nil, no
	quiet   bool        // warnings and notices are not wanted; errors are
	verbose bool
	muted   atomic.Bool // nobody is left to hear anything
}

// newVoice speaks on f. Hints get their own lines only where a person reads
// them: git, Ansible and rsync show stderr to nobody, or as one line.
func newVoice(f *os.File, quiet, verbose bool) *voice {
	return &voice{w: f, hints: func() bool { return verbose || isTerminal(f) }, quiet: quiet, verbose: verbose}
}

// error says what went wrong, and the hint if there is a refusal in err.
func (v *voice) error(err error) {
	hint := ""
	var r *refusal
	if errors.As(err, &r) {
		hint = r.hint
	}
	v.withHint("error", err.Error(), hint)
}

// warning says what the user should know now.
func (v *voice) warning(text string) { v.say("warning", text) }

// warningWithHint says it with what can be done about it.
func (v *voice) warningWithHint(text, hint string) {
	if !v.quiet {
		v.withHint("warning", text, hint)
	}
}

// notice says what is good to know.
func (v *voice) notice(text string) { v.say("notice", text) }

// unknown says, in one line, what could not be found out.
func (v *voice) unknown(text string) { v.say("unknown", text) }

// mute ends all speech: nobody is left to hear anything.
func (v *voice) mute() { v.muted.Store(true) }

// toPerson reports whether hints get lines of their own.
func (v *voice) toPerson() bool { return v.hints != nil && v.hints() }

// hint says what to do, on a line of its own, to people only.
func (v *voice) hint(text string) {
	if v.toPerson() {
		v.say("hint", runnable(text))
	}
}

// withHint puts the hint on its own line for people, in parentheses for others.
func (v *voice) withHint(kind, text, hint string) {
	switch {
	case hint == "":
		v.line(kind, text)
	case v.toPerson():
		v.line(kind, text)
		v.line("hint", runnable(hint))
	default:
		v.line(kind, text+" ("+runnable(hint)+")")
	}
}

func (v *voice) say(kind, text string) {
	if !v.quiet {
		v.line(kind, text)
	}
}

// line writes one line in one call, so that lines of several helpers do not mix.
func (v *voice) line(kind, text string) {
	if v.muted.Load() {
		return
	}
	text = strings.ReplaceAll(strings.TrimRight(text, "\n "), "\n", "; ")
	io.WriteString(v.w, "rdnsproxy: "+kind+": "+safetext.Line(text)+"\n")
}

func isTerminal(f *os.File) bool { return f != nil && term.IsTerminal(int(f.Fd())) }
