package pins

import (
	"time"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/accepted"
)

// acceptedEntry is an accepted mapping in JSON.
type acceptedEntry struct {
	Host    string    `json:"host"`
	Address string    `json:"address"`
	PTR     []string  `json:"ptr"`
	Verdict string    `json:"verdict"`
	Since   time.Time `json:"since"`
}

func entryOfMapping(m accepted.Mapping) acceptedEntry {
	return acceptedEntry{
		Host:    check.PlainHost(m.Name),
		Address: m.Addr.String(),
		PTR:     append([]string{}, m.PTR...),
		Verdict: m.Verdict,
		Since:   m.Since.UTC(),
	}
}

// verifiedEntry says in JSON how the accepted mappings of a host have changed.
type verifiedEntry struct {
	Host     string         `json:"host"`
	Severity check.Severity `json:"severity"`
	Text     string         `json:"text"`
}

// hostsEntry is a hosts line written by rdnsproxy in JSON.
type hostsEntry struct {
	File        string   `json:"file"`
	Line        int      `json:"line"`
	Address     string   `json:"address"`
	Names       []string `json:"names"`
	Verdict     string   `json:"verdict"` // when it was written
	Written     string   `json:"written"` // YYYY-MM-DD
	Port        uint16   `json:"port,omitempty"`
	Fingerprint string   `json:"fingerprint,omitempty"`
	Expires     string   `json:"expires,omitempty"` // YYYY-MM-DD
	Alone       bool     `json:"alone,omitempty"`   // written to hide the host's other addresses
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
