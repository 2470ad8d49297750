package console

import (
	"errors"
	"strings"
	"testing"

	"rdnsproxy/internal/exit"
)

// TestVoice: a hint has a line of its own for people, parentheses elsewhere, and no
// control character is printed.
func TestVoice(t *testing.T) {
	var b strings.Builder
	v := &Voice{w: &b}
	v.Error(Refuse(exit.Usage, "do that", "cannot do this: %s", "\x1b[2J\nrdnsproxy: error: forged"))
	v.Hint("nobody reads this")
	v.hints = func() bool { return true }
	v.Error(Refuse(exit.Usage, "do that", "cannot"))
	v.Hint("  indented")
	v.Quiet = true
	v.Warning("not wanted")
	want := "rdnsproxy: error: cannot do this: \\027[2J; rdnsproxy: error: forged (do that)\n" +
		"rdnsproxy: error: cannot\nrdnsproxy: hint: do that\nrdnsproxy: hint:   indented\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

// TestNilVoice: a nil Voice prints nothing.
func TestNilVoice(t *testing.T) {
	var v *Voice
	v.Error(errors.New("e"))
	v.Warning("w")
	v.WarningWithHint("w", "h")
	v.NoticeWithHint("n", "h")
	v.Hint("h")
	v.Mute()
	if v.ToPerson() {
		t.Error("a person reads it")
	}
}
