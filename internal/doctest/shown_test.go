package doctest

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestDocsExamples: the output shown in the documents is that of the scripts. Every file
// shown/ of a script is in the README word for word, and every file shown/NAME.md/ in
// docs/NAME.md.
func TestDocsExamples(t *testing.T) {
	t.Chdir(root)
	readme := document(t, "README.md")
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, path := range scripts {
		for name, text := range scriptFiles(t, path) {
			if rest, ok := strings.CutPrefix(name, "shown/"); ok {
				shown++
				page, shows := "README.md", readme
				if doc, _, other := strings.Cut(rest, ".md/"); other {
					page = "docs/" + doc + ".md"
					shows = document(t, page)
				}
				if !strings.Contains(shows, "```console\n"+text+"```") && !strings.Contains(shows, "\n"+text+"```") {
					t.Errorf("%s does not show %s of %s", page, name, path)
				}
			}
		}
	}
	if shown == 0 {
		t.Error("no script has anything to show")
	}

	warning := relayWarning(t)
	for _, path := range []string{"README.md", "docs/design.md"} {
		if warning == "" || !strings.Contains(document(t, path), "\n"+warning) {
			t.Errorf("%s does not show the relay's warning as it is:\n%s", path, warning)
		}
	}

	// The example with host keys is from the recorded results that the formats replay.
	golden := document(t, "internal/report/testdata/golden.probed.text")
	_, block, _ := strings.Cut(document(t, "docs/check.md"), "$ rdnsproxy check changed.example.com\n")
	block, _, _ = strings.Cut(block, "```")
	block, _, _ = strings.Cut(block, "  ...\n") // for the rest
	if block == "" || !strings.Contains(golden, block) {
		t.Error("docs/check.md shows host keys as the text format does not")
	}
}

// relayWarning returns the warning of the relay in full. The script's server is on loopback,
// and its hosts file in a directory of its own.
func relayWarning(t *testing.T) string {
	t.Helper()
	return strings.NewReplacer("127.168.1.243", "192.168.1.243", "this machine's hosts", "this machine's /etc/hosts", "to hosts", "to /etc/hosts").
		Replace(scriptFiles(t, "testdata/script/relay_article.txtar")["hints"])
}

// scriptFiles returns the files of a script by name.
func scriptFiles(t *testing.T, path string) map[string]string {
	t.Helper()
	script, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string, len(script.Files))
	for _, f := range script.Files {
		files[f.Name] = string(f.Data)
	}
	return files
}

// TestDocsOutput: what a console shows is output of the program, word for word: in a script,
// in a golden file, or in a recording of real programs in testdata/recorded, whose README
// says how each was made. "..." stands for lines that are left out. The lines of sshd's log
// are those that a real sshd wrote.
func TestDocsOutput(t *testing.T) {
	t.Chdir(root)
	outputs, logs := recordings(t)
	for _, b := range blocks(t) {
		switch b.language {
		case "console":
			for _, part := range shownParts(b) {
				if !containsAny(outputs, part.text) {
					t.Errorf("%s: no script, golden file or recording has these lines. Take them from a file shown/ of a script, "+
						"or record them in testdata/recorded:\n%s", part.path, part.text)
				}
			}
		case "log":
			for i, line := range b.lines() {
				if line != "..." && !containsAny(logs, line+"\n") {
					t.Errorf("%s: no sshd has written this line: take one of sshdlog/testdata or testdata/recorded:\n%s", b.at(i), line)
				}
			}
		}
	}
}

// recordings returns the texts that consoles may show, and those of logs.
func recordings(t *testing.T) (outputs, logs []string) {
	t.Helper()
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range scripts {
		for name, text := range scriptFiles(t, path) {
			if strings.HasPrefix(name, "shown/") {
				outputs = append(outputs, text)
			}
		}
	}
	read := func(root string) (texts []string) {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && d.Name() != "README.md" {
				texts = append(texts, document(t, path))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return texts
	}
	recorded := read("testdata/recorded")
	outputs = append(append(outputs, relayWarning(t)), recorded...)
	for _, path := range []string{"golden.results.text", "golden.probed.text"} {
		outputs = append(outputs, document(t, "internal/report/testdata/"+path))
	}
	return outputs, append(read("sshdlog/testdata"), recorded...)
}

// ownLines are the lines of a console that the program under test does not write: what a user
// types, what is left out, and ssh's question for a password.
var ownLines = regexp.MustCompile(`^([$#] .*|\s*\.\.\.|\S+@\S+'s password:|)$`)

// shownParts returns the lines of output of a console between other lines. Their path is a
// place.
func shownParts(b block) (parts []block) {
	begin := true
	for i, line := range b.lines() {
		switch {
		case line == "" && !begin:
			parts[len(parts)-1].text += "\n"
		case ownLines.MatchString(line):
			begin = true
		case begin:
			parts, begin = append(parts, block{path: b.at(i), text: line + "\n"}), false
		default:
			parts[len(parts)-1].text += line + "\n"
		}
	}
	for i := range parts {
		parts[i].text = strings.TrimRight(parts[i].text, "\n") + "\n"
	}
	return parts
}

func containsAny(texts []string, part string) bool {
	for _, text := range texts {
		if strings.HasPrefix(text, part) || strings.Contains(text, "\n"+part) {
			return true
		}
	}
	return false
}
