package doctest

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rdnsproxy/internal/recipe"
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

// TestExampleSSH: ssh takes the example for all users, its lines are those of setup, and it leaves
// alone what is not a host.
func TestExampleSSH(t *testing.T) {
	t.Chdir(root)
	const example = "examples/ssh/rdnsproxy.conf"
	b, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	lines := recipe.Recipe{All: true, Command: "/usr/bin/rdnsproxy"}.Lines()
	if !strings.HasSuffix(string(b), "\n"+lines) {
		t.Errorf("%s does not end with the lines of setup:\n%s", example, lines)
	}
	for host, want := range map[string]bool{"www.example.com": true, "unix/x": false, ".host": false} {
		out, err := exec.Command("ssh", "-G", "-F", example, host).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if got := strings.Contains(string(out), "\nproxycommand /usr/bin/rdnsproxy '%h' %p\n"); got != want {
			t.Errorf("ssh %s runs it: %v\n%s", host, got, out)
		}
	}
}

// TestDocsMail: what an example mails is text from strangers, and mailutils has run commands in
// lines that begin with a tilde (CVE-2021-32749).
func TestDocsMail(t *testing.T) {
	t.Chdir(root)
	mails, guarded := regexp.MustCompile(`\|\s*mail `), regexp.MustCompile(`sed "s/\^~/ ~/" \| mail `)
	found := 0
	err := filepath.WalkDir("examples", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all := len(mails.FindAll(text, -1))
		if found += all; len(guarded.FindAll(text, -1)) != all {
			t.Errorf("%s: a pipe to mail without sed \"s/^~/ ~/\"", path)
		}
		return err
	})
	if err != nil || found == 0 {
		t.Errorf("%d pipes to mail: %v", found, err)
	}
}
