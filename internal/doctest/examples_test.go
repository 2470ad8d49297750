package doctest

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestDocsExampleFiles: examples/README.md lists every example.
func TestDocsExampleFiles(t *testing.T) {
	t.Chdir(root)
	linked := map[string]bool{}
	for _, link := range linkPattern.FindAllStringSubmatch(document(t, "examples/README.md"), -1) {
		linked[link[1]] = true
	}
	err := filepath.WalkDir("examples", func(path string, d fs.DirEntry, err error) error {
		file := strings.TrimPrefix(filepath.ToSlash(path), "examples/")
		if err == nil && !d.IsDir() && file != "README.md" && !linked[file] {
			t.Errorf("examples/README.md has no link to %s", file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
