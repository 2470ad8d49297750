package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"rdnsproxy/check"
	"rdnsproxy/internal/dialect"
)

// tap writes the Test Anything Protocol: a test point for each address, with the
// findings as YAML below it. The plan is at the end, which all versions allow.
//
// The version is 13: prove gives up on 14 (TAP::Parser before 3.48), and nothing here
// needs 14. A point that is undetermined is not ok, with its severity in the YAML: TODO
// and SKIP would both pass.
type tap struct {
	w io.Writer
	o Options
	n int
}

const tapVersion = "TAP version 13\n"

func (t *tap) Result(r *check.Result) error {
	var b strings.Builder
	if t.n == 0 {
		b.WriteString(tapVersion)
	}
	for _, p := range points(r) {
		t.n++
		word, why := "ok", string(p.verdict)
		if t.o.outcome(p.findings) != dialect.Passed {
			word, why = "not ok", string(t.o.worst(p).Code)
		}
		fmt.Fprintf(&b, "%s %d - %s %s\n", word, t.n, tapEscape.Replace(p.words()), why)
		tapDiagnostics(&b, notable(p.findings))
	}
	_, err := io.WriteString(t.w, b.String())
	return err
}

func (t *tap) Close() error {
	end := ""
	if t.n == 0 {
		end = tapVersion
	}
	if lacking := t.o.lacking(); lacking != "" { // a point of its own: the plan would look whole
		t.n++
		end += fmt.Sprintf("not ok %d - rdnsproxy check incomplete\n  ---\n  message: %s\n  ...\n", t.n, yamlString(lacking))
	}
	_, err := fmt.Fprintf(t.w, "%s1..%d\n", end, t.n)
	return err
}

// tapEscape keeps a description from being read as a directive.
var tapEscape = strings.NewReplacer(`\`, `\\`, `#`, `\#`)

// tapDiagnostics writes the YAML block of a test point, in the subset of YAML that all
// TAP readers support: block lists, plain keys, double-quoted strings.
func tapDiagnostics(b *strings.Builder, fs []check.Finding) {
	if len(fs) == 0 {
		return
	}
	fmt.Fprintf(b, "  ---\n  severity: %s\n  findings:\n", yamlString(check.Worst(fs).String()))
	for _, f := range fs {
		fmt.Fprintf(b, "    - code: %s\n", yamlString(string(f.Code)))
		fmt.Fprintf(b, "      severity: %s\n", yamlString(f.Severity.String()))
		fmt.Fprintf(b, "      message: %s\n", yamlString(f.Text))
		if len(f.Advice) > 0 {
			b.WriteString("      advice:\n")
		}
		for _, line := range instructions(f) {
			fmt.Fprintf(b, "        - %s\n", yamlString(line))
		}
	}
	b.WriteString("  ...\n")
}

// yamlString quotes as JSON does; JSON is a subset of YAML 1.2.
func yamlString(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a string can always be encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}
