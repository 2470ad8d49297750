package doctest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
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

// testFunctions returns a line for each test, benchmark and fuzz target of this module. The sources
// may have come without git.
func testFunctions(t *testing.T) string {
	t.Helper()
	var found strings.Builder
	function := regexp.MustCompile(`(?m)^func (Test|Benchmark|Fuzz)\w+`)
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == "vendor" || path != "." && strings.HasPrefix(d.Name(), ".")) {
			return filepath.SkipDir
		}
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, name := range function.FindAll(text, -1) {
			fmt.Fprintf(&found, "%s\n", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found.String()
}
