package doctest

import (
	"regexp"
	"strings"
	"testing"
)

// TestDocsTests: a test that a document names, as what keeps a claim, is there.
func TestDocsTests(t *testing.T) {
	t.Chdir(root)
	tests := testFunctions(t)
	named := 0
	for _, path := range documents(t) {
		_, prose := split(t, path, document(t, path))
		for _, name := range regexp.MustCompile(`\bTest[A-Z]\w+`).FindAllString(prose, -1) {
			named++
			if !strings.Contains(tests, "func "+name) { // or the beginning of the names of several
				t.Errorf("%s: there is not a test %s", path, name)
			}
		}
	}
	if named < 30 {
		t.Errorf("found %d names of tests", named)
	}
}
