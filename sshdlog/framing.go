package sshdlog

import (
	"fmt"
	"strings"
)

// Framing is a way to write a record of a log: what stands around the server's message.
type Framing uint8

// The framings.
const (
	// Auto is the zero value: each line is read as whatever it looks like, because sets of
	// rotated files mix framings after an upgrade. Bare and Loose have no look, and
	// JournalExport has no lines; Detect tells them.
	Auto          Framing = iota
	Syslog                // a stamp, a host, a tag: RFC 3164, RFC 3339, journalctl's short forms, and their kin
	RFC5424               // <38>1 STAMP HOST sshd 381 - - MSG
	JournalJSON           // journalctl -o json, and json-seq
	JournalExport         // journalctl -o export: records, not lines
	Docker                // {"log":MSG,"stream":"stderr","time":STAMP}
	CRI                   // STAMP stderr F MSG
	JSON                  // other objects, such as rsyslog's jsonf and those of the Elastic Common Schema
	Bare                  // the message alone: sshd -e and -E
	Loose                 // a tag somewhere in the line
	framings
)

var framingWords = [...]string{
	"auto", "syslog", "rfc5424", "journal-json", "journal-export", "docker", "cri", "json", "bare", "loose",
}

// String returns the word that --input uses.
func (f Framing) String() string { return framingWords[f] }

// Framings returns all framings, Auto first.
func Framings() []Framing {
	all := make([]Framing, framings)
	for i := range all {
		all[i] = Framing(i)
	}
	return all
}

// ParseFraming returns the framing that String gives the word for.
func ParseFraming(word string) (Framing, error) {
	for i, w := range framingWords {
		if w == word {
			return Framing(i), nil
		}
	}
	return Auto, fmt.Errorf("no framing %q: there are %s", word, strings.Join(framingWords[:], ", "))
}
