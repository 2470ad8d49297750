package doctest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

var (
	// run is a line of ssh's configuration whose command a shell runs, quoted what that
	// shell takes as it is, and name a token that is a name which somebody else may have chosen.
	run    = regexp.MustCompile(`(?m)^[ \t]*(?:(?:ProxyCommand|LocalCommand|RemoteCommand)[ =]|Match .*exec).*`)
	quoted = regexp.MustCompile(`'[^'\n]*'`)
	name   = regexp.MustCompile(`%[hnr]\b`)
)

// TestDocsQuotes: in every configuration that is here to be copied, in documents, help, manual
// pages and examples, the names that ssh puts into a shell's command are in single quotes.
func TestDocsQuotes(t *testing.T) {
	t.Chdir(root)
	texts := helpTexts(t)
	for _, path := range documents(t) {
		texts[path] = document(t, path)
	}
	for _, dir := range []string{"examples", ".github", "internal/manual/pages"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			texts[path] = string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	found := map[string]int{}
	for path, text := range texts {
		for _, line := range run.FindAllString(text, -1) {
			if name.MatchString(line) {
				found[filepath.ToSlash(filepath.Dir(path))]++
			}
			if name.MatchString(quoted.ReplaceAllString(line, "")) {
				t.Errorf("%s: a name without single quotes, which ssh puts into a command for a shell: %s", path, line)
			}
		}
	}
	for _, dir := range []string{"docs", "examples/ssh", "examples/ansible/roles/rdnsproxy/tasks", "internal/manual/pages"} {
		if found[dir] == 0 {
			t.Errorf("no line in %s", dir)
		}
	}
}
