package resolve_test

import (
	"errors"
	"strings"
	"testing"

	"rdnsproxy/resolve"
)

func TestParsePresentation(t *testing.T) {
	for _, tt := range []struct {
		in, want string
		err      error
	}{
		{"a.example", "a.example", nil},
		{"A.Example.", "a.example", nil},
		{".", ".", nil},
		{"-", "-", nil},
		{`a\032b.\255`, `a\032b.\255`, nil},
		{strings.Repeat(`\000`, 63) + ".a", strings.Repeat(`\000`, 63) + ".a", nil},
		{"", "", resolve.ErrEmptyLabel},
		{"..", "", resolve.ErrEmptyLabel},
		{".a", "", resolve.ErrEmptyLabel},
		{"a..b", "", resolve.ErrEmptyLabel},
		{`a\256`, "", resolve.ErrNotPresentation},
		{`a\04`, "", resolve.ErrNotPresentation},
		{"a b", "", resolve.ErrNotPresentation},
		{"é", "", resolve.ErrNotPresentation},
		{"\x1b[2J", "", resolve.ErrNotPresentation},
		{strings.Repeat("a", 64), "", resolve.ErrLongLabel},
		{strings.Repeat("a.", 126) + "a", strings.Repeat("a.", 126) + "a", nil},
		{strings.Repeat("a.", 126) + "aa", "", resolve.ErrLongName},
	} {
		t.Run(tt.in, func(t *testing.T) {
			got, err := resolve.ParsePresentation(tt.in)
			if got.String() != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("%q, %v; want %q, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

// What ParseName makes of any text is read back as it is.
func FuzzParsePresentation(f *testing.F) {
	for _, s := range []string{".", "A.example.", `a\.b`, "a b", "é.example", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := resolve.ParseName(s)
		if err != nil {
			return
		}
		if again, err := resolve.ParsePresentation(name.String()); again != name || err != nil {
			t.Errorf("%q is read back as %q, %v", name, again, err)
		}
	})
}
