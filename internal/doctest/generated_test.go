package doctest

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"rdnsproxy/audit"
	"rdnsproxy/check"
	"rdnsproxy/resolve"
)

const generatedFrom = "<!-- generated from the tables in the code: go test ./internal/doctest -update -->\n"

// TestDocsTables compares the closed sets in docs/json.md, and the explanations in
// docs/findings.md, with the code's tables.
func TestDocsTables(t *testing.T) {
	t.Chdir(root)
	for path, tables := range map[string]string{"docs/json.md": closedSets(), "docs/findings.md": explanations()} {
		generated(t, path, tables)
	}
}

// generated compares the end of a document with what the code generates.
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
		t.Errorf("%s does not say what the code says: go test ./internal/doctest -update", path)
	}
}

// closedSets returns the part of docs/json.md about statuses, findings and advice.
func closedSets() string {
	var b strings.Builder
	b.WriteString("\n## Statuses\n")
	words(&b, "Of a lookup", resolve.Statuses())
	words(&b, "Of a connection", check.ConnectStatuses())
	words(&b, "Of a host key", check.KeyStatuses())
	codes := func(all []check.CodeDoc) {
		b.WriteString("\n| code | severity | meaning |\n| --- | --- | --- |\n")
		for _, d := range all {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", d.Code, d.Severities(), d.Meaning)
		}
	}
	advice := func(all []check.AdviceDoc) {
		b.WriteString("\n| code | machine | meaning |\n| --- | --- | --- |\n")
		for _, d := range all {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", d.Code, d.Where(), d.Meaning)
		}
	}
	const ofAudit = "\nOf `audit` only:\n"
	b.WriteString("\n## Findings\n")
	codes(check.Codes())
	b.WriteString(ofAudit)
	codes(audit.Codes())
	b.WriteString("\n## Advice\n")
	advice(check.AdviceCodes())
	b.WriteString(ofAudit)
	advice(audit.AdviceCodes())
	return b.String()
}

// words writes a sentence that lists words.
func words[T any](b *strings.Builder, of string, all []T) {
	fmt.Fprintf(b, "\n%s:", of)
	for i, w := range all {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(b, " `%v`", w)
	}
	b.WriteString(".\n")
}

// explanations returns the part of docs/findings.md with a section for each code.
func explanations() string {
	var b strings.Builder
	explain := func(d check.CodeDoc, e check.Explanation, _ bool) {
		fmt.Fprintf(&b, "\n## %s\n\nSeverity: %s. In short: %s.\n", d.Code, d.Severities(), prose.Replace(d.Meaning))
		for _, part := range [][2]string{{"What it means", e.Means}, {"How sure it is", e.Sure}, {"Who is affected", e.Who}, {"What to do", e.Do}} {
			fmt.Fprintf(&b, "\n**%s.** %s\n", part[0], prose.Replace(part[1]))
		}
		fmt.Fprintf(&b, "\n**Example.** `%s`\n", e.Example)
	}
	for _, d := range check.Codes() {
		explain(check.Explain(d.Code))
	}
	for _, d := range audit.Codes() {
		explain(audit.Explain(d.Code))
	}
	return b.String()
}

// prose escapes the characters of Markdown and HTML in a sentence.
var prose = strings.NewReplacer("*", `\*`, "_", `\_`, "<", `\<`, "[", `\[`, "`", "\\`", `\`, `\\`)
