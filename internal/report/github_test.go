package report

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"

	"rdnsproxy/check"
	"rdnsproxy/internal/dialect/readertest"
)

// command is a workflow command as a runner parses it.
type command struct {
	name       string
	properties map[string]string
	data       string
}

// readCommand follows actions/runner's ActionCommand.TryParseV2: the first ::
// after the leading one ends the properties, whatever they contain.
func readCommand(line string) (command, bool) {
	line, ok := strings.CutPrefix(strings.TrimSpace(line), "::")
	if !ok {
		return command{}, false
	}
	head, data, ok := strings.Cut(line, "::")
	if !ok {
		return command{}, false
	}
	c := command{properties: map[string]string{}}
	var list string
	c.name, list, _ = strings.Cut(head, " ")
	for property := range strings.SplitSeq(list, ",") {
		if key, value, ok := strings.Cut(property, "="); ok {
			c.properties[key] = undo(value, "%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
		}
	}
	c.data = undo(data, "%0D", "\r", "%0A", "\n", "%25", "%")
	return c, true
}

// undo makes the replacements one after the other, as the runner does.
func undo(s string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		s = strings.ReplaceAll(s, pairs[i], pairs[i+1])
	}
	return s
}

// checkGitHub: a single result is one command with the text of its finding, and a line
// that no runner executes.
func checkGitHub(t *testing.T, report string, r *check.Result) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(report, "\n"), "\n")
	if len(lines) != 2 || lines[1] != "1 target: 1 error" {
		t.Fatalf("%q", lines)
	}
	c, ok := readCommand(lines[0])
	f := r.Findings[0]
	wantTitle := name(r) + " mapping.no-address"
	if !ok || c.name != "error" || len(c.properties) != 1 || c.properties["title"] != wantTitle ||
		strings.TrimRight(c.data, " ") != strings.TrimRight(strings.Join(append([]string{f.Text}, instructions(f)...), "\n"), " ") {
		t.Errorf("%q reads as %+v", f.Text, c)
	}
}

// TestGitHubLimit: there are never more annotations of a level than GitHub shows, and
// the last one counts those that are left out.
func TestGitHubLimit(t *testing.T) {
	for n := range 13 {
		var rs []*check.Result
		for i := range n {
			rs = append(rs, hostile(fmt.Sprint("text ", i)))
		}
		lines := strings.Split(strings.TrimSpace(write(t, "github", Options{}, rs...)), "\n")
		commands := lines[:len(lines)-1]
		if len(commands) != min(n, githubMost) {
			t.Errorf("%d annotations of %d", len(commands), n)
		}
		if n > githubMost && !strings.Contains(commands[githubMost-1], fmt.Sprintf("::and %d more", n-githubMost+1)) {
			t.Errorf("of %d: %s", n, commands[githubMost-1])
		}
	}
}

// TestGitHubLevels: each severity has its level.
func TestGitHubLevels(t *testing.T) {
	want := map[check.Severity]string{check.Notice: "notice", check.Unknown: "warning", check.Warning: "warning", check.Error: "error"}
	for s := check.Pass; s <= check.Error; s++ {
		r := hostile("text")
		r.Severity, r.Findings[0].Severity = s, s
		c, ok := readCommand(strings.SplitN(write(t, "github", Options{}, r), "\n", 2)[0])
		if ok != (s != check.Pass) || c.name != want[s] {
			t.Errorf("%s: %+v", s, c)
		}
	}
}

var markdownRow = regexp.MustCompile("^\\| [a-z]+ (?:\\|(?: (?:`[^`|\\n]+`(?:<br>)?)*) ){4}\\|$")

// checkMarkdown: every row has five cells of code.
func checkMarkdown(t *testing.T, summary string) {
	t.Helper()
	_, table, _ := strings.Cut(summary, "| --- |\n")
	for line := range strings.Lines(table) {
		if !markdownRow.MatchString(strings.TrimSuffix(line, "\n")) {
			t.Errorf("no row: %q", line)
		}
	}
}

func summaryOf(t *testing.T, rs ...*check.Result) string {
	t.Helper()
	var b bytes.Buffer
	write(t, "github", Options{Summary: &b}, rs...)
	return b.String()
}

func TestGitHubSummary(t *testing.T) {
	golden(t, "probed.github.md", summaryOf(t, recording(t, "probed")...))
	golden(t, "results.github.md", summaryOf(t, recording(t, "results")...))
	golden(t, "nothing.github.md", summaryOf(t))
}

var htmlCell = regexp.MustCompile(`<td>(.*)</td>`)

// TestGitHubMarkdown: GitHub's own Markdown parser sees each point as a row of five
// cells whose texts are code, and sees no link and no other tag.
func TestGitHubMarkdown(t *testing.T) {
	rs := append(everything(t), attacked()...)
	page, ok := readertest.Read(t, summaryOf(t, rs...), "cmark-gfm", "--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough")
	if !ok {
		t.Fatal(page)
	}
	for _, tag := range regexp.MustCompile(`</?[a-z0-9]+[^>]*>`).FindAllString(page, -1) {
		switch strings.Trim(tag, "</ >") {
		case "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "br":
		default:
			t.Errorf("the page has %s", tag)
		}
	}
	cells := htmlCell.FindAllStringSubmatch(page, -1)
	shown := map[string]int{}
	n := 0
	for _, r := range rs {
		n += len(points(r))
	}
	if len(cells) != 5*n {
		t.Fatalf("%d cells of %d rows", len(cells), n)
	}
	for _, c := range cells {
		for text := range strings.SplitSeq(c[1], "<br>") {
			text = strings.TrimSuffix(strings.TrimPrefix(text, "<code>"), "</code>")
			shown[html.UnescapeString(text)]++
		}
	}
	for _, text := range attacks {
		if want := strings.NewReplacer("`", `\096`, "|", `\124`).Replace(text); strings.TrimSpace(text) != "" && shown[want] < 2 {
			t.Errorf("%q is not shown as such", want)
		}
	}
}

// TestGitHubSummaryBound: GitHub drops a summary that is too long, so it is cut.
func TestGitHubSummaryBound(t *testing.T) {
	r := hostile(strings.Repeat("x", 2000))
	rs := make([]*check.Result, 1000)
	for i := range rs {
		rs[i] = r
	}
	got := summaryOf(t, rs...)
	if len(got) > githubSummary+100 || !regexp.MustCompile(`\nand [0-9]+ more\n$`).MatchString(got) {
		t.Errorf("%d bytes, ends in %q", len(got), got[len(got)-40:])
	}
}

// broken is a writer that fails.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestGitHubSummaryFails(t *testing.T) {
	var b bytes.Buffer
	f, err := FormatOf("github")
	if err != nil {
		t.Fatal(err)
	}
	h := f.New(&b, Options{Summary: broken{}})
	if err := errors.Join(h.Result(hostile("text")), h.Close()); err == nil || b.Len() == 0 {
		t.Errorf("%v, %q", err, b.String())
	}
}

// What is found about a target in a list is an annotation of its line.
func TestGitHubAnnotatesLines(t *testing.T) {
	for where, want := range map[string]string{
		"lists/hosts.txt:12": "file=lists/hosts.txt,line=12,", "C:\\a,b.txt:3": "file=C%3A\\a%2Cb.txt,line=3,",
		"stdin:2": "", "web1": "", "web1:x": "", ":3": "", "": "",
	} {
		r := check.Invalid("a..b", "text")
		r.Where = where
		var out bytes.Buffer
		if err := (&github{w: &out}).Result(r); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(out.String(), "::error "+want+"title=a..b input.invalid::") {
			t.Errorf("%q: %s", where, out.String())
		}
	}
}
