package doctest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	linkPattern    = regexp.MustCompile(`\]\(([^)#:]*)(#[^)]+)?\)`)
	headingPattern = regexp.MustCompile(`(?m)^#+ (.+)$`)
	slugPattern    = regexp.MustCompile(`[^a-z0-9 _-]`)
)

// TestDocsLinks: the targets of links in the documents exist, headings included.
func TestDocsLinks(t *testing.T) {
	t.Chdir(root)
	for _, path := range documents(t) {
		for _, link := range linkPattern.FindAllStringSubmatch(document(t, path), -1) {
			to := path
			if link[1] != "" {
				to = filepath.Join(filepath.Dir(path), link[1])
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: %v", path, err)
			} else if link[2] != "" && !slices.Contains(anchors(document(t, to)), link[2]) {
				t.Errorf("%s: %s has no heading %s", path, to, link[2])
			}
		}
	}
}

// TestDocsIndex: docs/README.md has a link to every document.
func TestDocsIndex(t *testing.T) {
	t.Chdir(root)
	index := document(t, "docs/README.md")
	for _, path := range documents(t) {
		name, ok := strings.CutPrefix(path, "docs/")
		if ok && name != "README.md" && !strings.Contains(index, "]("+name+")") {
			t.Errorf("docs/README.md does not link %s: add a row that says which question it answers", name)
		}
	}
}

// anchors returns the headings of a document in the form of link targets.
func anchors(text string) []string {
	var all []string
	for _, h := range headingPattern.FindAllStringSubmatch(text, -1) {
		all = append(all, "#"+strings.ReplaceAll(slugPattern.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-"))
	}
	return all
}
