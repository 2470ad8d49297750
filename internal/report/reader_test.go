package report

import (
	"bytes"
	"testing"

	"rdnsproxy/check"
	"rdnsproxy/safetext"
)

// everything returns the results of all recordings.
func everything(t *testing.T) []*check.Result {
	t.Helper()
	var rs []*check.Result
	for _, name := range recordings {
		rs = append(rs, recording(t, name)...)
	}
	return rs
}

// hostile is a result with text in every place for a stranger's text.
func hostile(text string) *check.Result {
	r := &check.Result{
		Target: text, Host: "host.example.com", Port: 22, Verdict: check.NoAddress, Severity: check.Error,
		Findings: []check.Finding{{
			Code: "mapping.no-address", Severity: check.Error, Text: text,
			Advice: []check.Advice{{Machine: check.ThisMachine, Text: text, Line: text}},
		}},
	}
	return r
}

// attacks are texts that have a meaning for one of the readers.
var attacks = []string{
	"plain",
	"::error::x", "a::b", "%0A::set-env name=X::y", "x%0D%0Ay", "%25", "title=a,file=b:c", "##[error]x", "a ##[add-mask]b",
	"| a | b |", `\| a`, `\\| a`, "`a` b", "``a", `a\`, "<script>alert(1)</script>", "[a](http://b)",
	"www.example.com", "a@example.com", "@user #1 &#124;",
	"# TODO later", "a # SKIP", `a \# TODO`, `a \\# TODO`, "1..0", "Bail out!", "...", "---", `"`, `a: "b`,
	"a | b=1;2", "$(id)", "`id`", `\033[2J`, `\n`, "'a'",
	`x"} 1`, `a\"b`, `a="b"`, "# HELP x",
	"]]>", "&amp;", "<!--", "münchen 東京", "", " ", "a  b ",
}

// FuzzFormats: the reader of each format reads exactly the text that was written, as
// long as it is safe.
func FuzzFormats(f *testing.F) {
	for _, text := range attacks {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		text := safetext.Line(safetext.Cut(raw, 300))
		r := hostile(text)
		var summary bytes.Buffer
		checkGitHub(t, write(t, "github", Options{Summary: &summary}, r), r)
		checkMarkdown(t, summary.String())
		checkJUnit(t, write(t, "junit", Options{}, r), r)
		checkTAP(t, write(t, "tap", Options{}, r), r)
		checkTable(t, r)
		checkNagios(t, write(t, "nagios", Options{}, r))
		checkPrometheus(t, write(t, "prometheus", Options{}, r), r)
	})
}
