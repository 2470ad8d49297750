package report

import (
	"rdnsproxy/check"
	"rdnsproxy/internal/layout"
)

// part is a heading of an explanation with its text.
type part struct{ heading, text string }

func parts(e check.Explanation) []part {
	return []part{
		{"what it means", e.Means},
		{"how sure it is", e.Sure},
		{"who is affected", e.Who},
		{"what to do", e.Do},
		{"example", e.Example},
	}
}

// Explanation lays out the explanation of a code within a width in columns.
func Explanation(width int, d check.CodeDoc, e check.Explanation) string {
	b := layout.Block{Width: width}
	b.Line(0, string(d.Code)+"  "+d.Severity.String())
	b.Wrapped(1, d.Meaning)
	for _, e := range d.Except {
		b.Wrapped(1, e.Severity.String()+" "+string(e.When))
	}
	for _, p := range parts(e) {
		b.Blank()
		b.Line(1, p.heading)
		b.Wrapped(2, p.text)
	}
	return b.String()
}
