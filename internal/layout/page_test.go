package layout

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPage: prose is rewrapped, indented lines are kept, notes have one column.
func TestPage(t *testing.T) {
	const text = "one two three four five six\nseven\n\n  as it is, however long it may be for the width\n\n" +
		"  a\tnote of several words that wraps\n  longer-cell\tnote\n"
	want := "one two three four five six\nseven\n\n  as it is, however long it may be for the width\n\n" +
		"  a            note of several\n               words that wraps\n  longer-cell  note\n"
	if d := cmp.Diff(want, Page(32, text)); d != "" {
		t.Error(d)
	}
	narrow := "one two three four\nfive six seven\n\n  as it is, however long it may be for the width\n\n" +
		"  a\n    note of several\n    words that wraps\n  longer-cell\n    note\n"
	if d := cmp.Diff(narrow, Page(20, text)); d != "" {
		t.Error(d)
	}
}
