package main

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

// anchors returns the headings of a document in the form of link targets.
func anchors(text string) []string {
	var all []string
	for _, h := range headingPattern.FindAllStringSubmatch(text, -1) {
		all = append(all, "#"+strings.ReplaceAll(slugPattern.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-"))
	}
	return all
}
