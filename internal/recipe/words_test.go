package recipe

import (
	"slices"
	"testing"
)

func TestWords(t *testing.T) {
	for command, want := range map[string][]string{
		"rdnsproxy %h %p": {"rdnsproxy", "%h", "%p"},
		"  a\tb ":         {"a", "b"},
		"":                nil,
		`'a b'"c d"e ''`:  {"a bc de", ""},
		`"it's" '$x'`:     {"it's", "$x"},
		"a $x":            nil,
		`"$x"`:            nil,
		"a; b":            nil,
		"a && b":          nil,
		`a\ b`:            nil,
		"'a":              nil,
		"a `b`":           nil,
		"a >b":            nil,
	} {
		t.Run(command, func(t *testing.T) {
			got, plain := Words(command)
			if !plain {
				got = nil
			}
			if !slices.Equal(got, want) || plain != (want != nil || command == "") {
				t.Errorf("%q %v, want %q", got, plain, want)
			}
		})
	}
}

func TestFlag(t *testing.T) {
	words := []string{"rdnsproxy", "--via", "a", "--via=b", "--remote-dns", "h", "22", "--via", "c", "--", "--via", "d"}
	if got := Flag(words, "via", true); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Error(got)
	}
	if got := Flag(words, "remote-dns", false); len(got) != 1 {
		t.Error(got)
	}
	if got := Flag(words[:2], "via", true); got != nil {
		t.Error(got)
	}
}
