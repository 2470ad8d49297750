package doctest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what is made from the code's tables into the documents")

// root is the module's root directory. Every test goes there first: paths in the documents,
// and in what the tests say of them, begin there. TestMain is too early for that: go test
// does not see it yet, and would look for what the tests read in this directory, to know
// whether it may repeat an earlier result.
const root = "../.."

// documents returns the documents in the root directory, in docs/ and in examples/.
func documents(t *testing.T) (paths []string) {
	t.Helper()
	for _, pattern := range []string{"*.md", "docs/*.md", "examples/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, found...)
	}
	return paths
}

func document(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// block is a fenced block of a document.
type block struct {
	path     string
	line     int // of its first line of text
	language string
	text     string
}

// at returns the place of a line of the block, counted from 0.
func (b block) at(line int) string { return fmt.Sprintf("%s:%d", b.path, b.line+line) }

// lines returns the lines of the block.
func (b block) lines() []string { return strings.Split(strings.TrimSuffix(b.text, "\n"), "\n") }

var fencePattern = regexp.MustCompile("^( *)```+ *([a-zA-Z0-9_-]*)\\s*$")

// blocks returns the fenced blocks of all documents.
func blocks(t *testing.T) (all []block) {
	t.Helper()
	for _, path := range documents(t) {
		fenced, _ := split(t, path, document(t, path))
		all = append(all, fenced...)
	}
	return all
}

// split returns the fenced blocks of a document, and the document without them, with as many
// lines as before.
func split(t *testing.T, path, text string) (fenced []block, prose string) {
	t.Helper()
	var rest strings.Builder
	var open *block
	margin := ""
	for i, line := range strings.Split(text, "\n") {
		m := fencePattern.FindStringSubmatch(line)
		switch {
		case m != nil && open == nil:
			open, margin = &block{path: path, line: i + 2, language: m[2]}, m[1]
		case m != nil && m[2] == "":
			fenced, open = append(fenced, *open), nil
		case open != nil:
			open.text += strings.TrimPrefix(line, margin) + "\n"
		default:
			rest.WriteString(line)
		}
		rest.WriteString("\n")
	}
	if open != nil {
		t.Errorf("%s:%d: this block has no end", path, open.line-1)
	}
	return fenced, rest.String()
}

// span is code within a sentence.
type span struct {
	place string // file:line
	text  string
}

// spanPattern matches code, also in the quotes that texts of the program have for it.
var spanPattern = regexp.MustCompile("`[^`]+`|'rdnsproxy[^'`\n]*'")

// spans returns the code in the sentences of all documents.
func spans(t *testing.T) (all []span) {
	t.Helper()
	for _, path := range documents(t) {
		_, prose := split(t, path, document(t, path))
		for _, at := range spanPattern.FindAllStringIndex(prose, -1) {
			line := 1 + strings.Count(prose[:at[0]], "\n")
			all = append(all, span{fmt.Sprintf("%s:%d", path, line), strings.ReplaceAll(prose[at[0]+1:at[1]-1], "\n", " ")})
		}
	}
	return all
}
