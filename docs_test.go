package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"rdnsproxy/check"
	"rdnsproxy/resolve"

	"github.com/rogpeppe/go-internal/txtar"
)

const generatedFrom = "<!-- generated from the tables in the code: go test -run TestDocs -update . -->\n"

// TestDocsTables holds the closed sets in docs/json.md, and the explanations in
// docs/findings.md, against the code's tables.
func TestDocsTables(t *testing.T) {
	for path, tables := range map[string]string{"docs/json.md": closedSets(), "docs/findings.md": explanations()} {
		generated(t, path, tables)
	}
}

// generated holds the end of a document against what the code says.
func generated(t *testing.T, path, tables string) {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	written, _, ok := strings.Cut(string(b), generatedFrom)
	if !ok {
		t.Fatalf("%s has lost the line that says where its tables are from", path)
	}
	want := written + generatedFrom + tables
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(b) != want {
		t.Errorf("%s does not say what the code says: go test -run TestDocs -update .", path)
	}
}

func closedSets() string {
	var b strings.Builder
	b.WriteString("\n## Statuses\n\nOf a lookup:")
	for i, s := range resolve.Statuses() {
		fmt.Fprintf(&b, "%s `%s`", comma(i), s)
	}
	b.WriteString(".\n\nOf a connection:")
	for i, s := range check.ConnectStatuses() {
		fmt.Fprintf(&b, "%s `%s`", comma(i), s)
	}
	b.WriteString(".\n\nOf a host key:")
	for i, s := range check.KeyStatuses() {
		fmt.Fprintf(&b, "%s `%s`", comma(i), s)
	}
	b.WriteString(".\n\n## Findings\n\n| code | severity | meaning |\n| --- | --- | --- |\n")
	for _, d := range check.Codes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", d.Code, d.Severity, d.Meaning)
	}
	b.WriteString("\n## Advice\n\n| code | machine | meaning |\n| --- | --- | --- |\n")
	for _, d := range check.AdviceCodes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", d.Code, d.Machine, d.Meaning)
	}
	return b.String()
}

func explanations() string {
	var b strings.Builder
	for _, d := range check.Codes() {
		d, e, _ := check.Explain(d.Code)
		fmt.Fprintf(&b, "\n## %s\n\nSeverity: %s. In short: %s.\n", d.Code, d.Severity, prose.Replace(d.Meaning))
		for _, part := range [][2]string{{"What it means", e.Means}, {"How sure it is", e.Sure}, {"Who is affected", e.Who}, {"What to do", e.Do}} {
			fmt.Fprintf(&b, "\n**%s.** %s\n", part[0], prose.Replace(part[1]))
		}
		fmt.Fprintf(&b, "\n**Example.** `%s`\n", e.Example)
	}
	return b.String()
}

// prose keeps the signs of Markdown and HTML in a sentence what they are.
var prose = strings.NewReplacer("*", `\*`, "_", `\_`, "<", `\<`, "[", `\[`, "`", "\\`", `\`, `\\`)

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}

// TestDocsFields: every field of a result stands in docs/json.md.
func TestDocsFields(t *testing.T) {
	b, err := os.ReadFile("docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || typ.PkgPath() != "rdnsproxy/check" {
			return
		}
		for i := range typ.NumField() {
			name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			if name == "" {
				t.Errorf("%s.%s has no name in JSON", typ, typ.Field(i).Name)
			}
			if !regexp.MustCompile("[`.]" + name + "[`.\\[]").Match(b) {
				t.Errorf("docs/json.md does not tell of %s", name)
			}
			walk(typ.Field(i).Type)
		}
	}
	walk(reflect.TypeFor[check.Result]())
}

// TestDocsExamples: what the README shows is what the scripts saw: every file
// shown/ of a script stands in it word by word.
func TestDocsExamples(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, path := range scripts {
		script, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range script.Files {
			if strings.HasPrefix(f.Name, "shown/") {
				shown++
				if !strings.Contains(string(readme), "```console\n"+string(f.Data)+"```") && !strings.Contains(string(readme), "\n"+string(f.Data)+"```") {
					t.Errorf("README.md does not show %s of %s", f.Name, path)
				}
			}
		}
	}
	if shown == 0 {
		t.Error("no script has anything to show")
	}

	// The example with host keys is of the recorded results that the formats replay.
	golden, err := os.ReadFile("internal/report/testdata/golden.probed.text")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(readme), "$ rdnsproxy check changed.example.com\n")
	block, _, _ = strings.Cut(block, "```")
	block, _, _ = strings.Cut(block, "  ...\n") // which stands for the rest
	if block == "" || !strings.Contains(string(golden), block) {
		t.Error("README.md shows host keys as the text format does not")
	}
}

// TestDocsLinks: what the documents link to is there.
func TestDocsLinks(t *testing.T) {
	documents, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range append(documents, "README.md") {
		b, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, link := range regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(string(b), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(document), link[1])); err != nil {
				t.Errorf("%s: %v", document, err)
			}
		}
	}
}
