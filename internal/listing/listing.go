// Package listing prints what commands such as 'hosts list' list, as text or as JSON.
package listing

import (
	"encoding/json"
	"io"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/layout"
)

// Format is the format of a list.
type Format string

// The formats of a list.
const (
	Text Format = "text"
	JSON Format = "json"
)

// Formats returns every format of a list.
func Formats() []Format { return []Format{Text, JSON} }

// Write writes a list to w.Out: entries as a JSON array, or texts, which are safe to print,
// as one paragraph each, with the same content.
func (f Format) Write(w console.World, entries any, texts []string) error {
	return f.WriteText(w, entries, layout.Paragraphs(w.TerminalWidth(), texts...))
}

// WriteText is like Write, for a text that is laid out already.
func (f Format) WriteText(w console.World, entries any, text string) error {
	var err error
	if f == JSON {
		e := json.NewEncoder(w.Out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		err = e.Encode(entries)
	} else {
		_, err = io.WriteString(w.Out, text)
	}
	if err != nil {
		return console.Refuse(exit.Usage, "the output is incomplete", "writing the list: %s", console.PlainError(err))
	}
	return nil
}
