package check

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Every code in the table has an explanation in explain_*.go.
func TestEveryCodeIsExplained(t *testing.T) {
	rows := map[Code]bool{}
	for _, d := range Codes() {
		rows[d.Code] = true
		if _, _, ok := Explain(d.Code); !ok {
			t.Errorf("%s has no explanation: add one to its family in explain_*.go, then go test "+
				"./internal/doctest -update", d.Code)
		}
	}
	seen := map[Code]bool{}
	for _, e := range Explanations() {
		if !rows[e.Code] {
			t.Errorf("%s is explained, but is not a code", e.Code)
		}
		if seen[e.Code] {
			t.Errorf("%s is explained twice", e.Code)
		}
		seen[e.Code] = true
		v := reflect.ValueOf(e)
		for i := range v.NumField() {
			name, text := v.Type().Field(i).Name, v.Field(i).String()
			switch {
			case text == "":
				t.Errorf("%s: %s is empty", e.Code, name)
			case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }):
				t.Errorf("%s: %s is more than plain ASCII on one line: %q", e.Code, name, text)
			case slices.Contains([]string{"Means", "Sure", "Who", "Do"}, name) &&
				!strings.HasSuffix(strings.TrimRight(text, "'"), "."):
				t.Errorf("%s: %s does not end a sentence: %q", e.Code, name, text)
			}
		}
	}
}
