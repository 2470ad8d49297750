package pins

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rdnsproxy/hostsfile"
	"rdnsproxy/safetext"
)

// List prints the lines that rdnsproxy has written.
func (p *Pins) List() error {
	file, err := p.read()
	if err != nil {
		return err
	}
	if len(file.Pinned()) == 0 {
		p.voice.Notice(file.Path + " has no lines written by rdnsproxy")
	}
	entries, texts := []hostsEntry{}, []string{}
	for _, l := range file.Pinned() {
		entries = append(entries, entryOfLine(file.Path, l))
		text := fmt.Sprintf("%s:%d  %s  %s  ", file.Path, l.N, l.Addr, strings.Join(l.Names, " "))
		texts = append(texts, safetext.Line(text)+noteWords(l))
	}
	return p.o.Listing.Write(p.w, entries, texts)
}

// noteWords describes the note of a line for people.
func noteWords(l *hostsfile.Line) string {
	note, _ := l.Note()
	words := note.Verdict + ", written " + note.Written.Format(time.DateOnly)
	if note.Port != 0 {
		words += fmt.Sprintf(", port %d", note.Port)
	}
	if note.Fingerprint != "" {
		words += ", " + note.Fingerprint
	}
	if !note.Expires.IsZero() {
		words += ", expires " + note.Expires.Format(time.DateOnly)
	}
	if note.Single {
		words += ", alone"
	}
	return words
}

// Names returns the canonical names of the lines that rdnsproxy has written, in their
// order; nil if the file cannot be read. Unlike the commands it mends nothing.
func (p *Pins) Names() (names []string) {
	file, err := hostsfile.ParseFile(p.path())
	if err != nil {
		return nil
	}
	for _, l := range file.Pinned() {
		names = append(names, l.Canonical())
	}
	return slices.Compact(names)
}
