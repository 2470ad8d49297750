package pins

import (
	"encoding/json"
	"io"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/accepted"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/report"
)

// Listing is how a list is written: as text or as JSON.
type Listing string

const (
	ListText Listing = "text"
	ListJSON Listing = "json"
)

// Listings are all there are.
func Listings() []Listing { return []Listing{ListText, ListJSON} }

// write writes a list: as JSON an array, for people a paragraph an entry. The
// entries are shapes for JSON, the texts are made of the same.
func (l Listing) write(w console.World, width int, entries any, texts []string) error {
	var err error
	if l == ListJSON {
		e := json.NewEncoder(w.Out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		err = e.Encode(entries)
	} else {
		_, err = io.WriteString(w.Out, report.Paragraphs(width, texts...))
	}
	if err != nil {
		return console.Refuse(exit.Usage, "the output is incomplete", "writing the list: %s", console.PlainError(err))
	}
	return nil
}

// acceptedEntry is an accepted mapping in JSON.
type acceptedEntry struct {
	Host    string    `json:"host"`
	Address string    `json:"address"`
	PTR     []string  `json:"ptr"`
	Verdict string    `json:"verdict"`
	Since   time.Time `json:"since"`
}

func entryOfMapping(m accepted.Mapping) acceptedEntry {
	return acceptedEntry{check.PlainHost(m.Name), m.Addr.String(), append([]string{}, m.PTR...), m.Verdict, m.Since.UTC()}
}

// verifiedEntry is in JSON what became of the accepted mappings of a host.
type verifiedEntry struct {
	Host     string         `json:"host"`
	Severity check.Severity `json:"severity"`
	Text     string         `json:"text"`
}

// hostsEntry is in JSON a hosts line that rdnsproxy has written.
type hostsEntry struct {
	File        string   `json:"file"`
	Line        int      `json:"line"`
	Address     string   `json:"address"`
	Names       []string `json:"names"`
	Verdict     string   `json:"verdict"` // when it was written
	Written     string   `json:"written"` // a day
	Port        uint16   `json:"port,omitempty"`
	Fingerprint string   `json:"fingerprint,omitempty"`
	Expires     string   `json:"expires,omitempty"` // a day
	Alone       bool     `json:"alone,omitempty"`   // the host has other addresses, which it was chosen to hide
}

func entryOfLine(path string, l *hostsfile.Line) hostsEntry {
	note, _ := l.Note()
	e := hostsEntry{
		File: path, Line: l.N, Address: l.Addr.String(), Names: l.Names, Verdict: note.Verdict,
		Written: note.Written.Format(time.DateOnly), Port: note.Port, Fingerprint: note.Fingerprint, Alone: note.Single,
	}
	if !note.Expires.IsZero() {
		e.Expires = note.Expires.Format(time.DateOnly)
	}
	return e
}
