package report

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"rdnsproxy/check"
)

// github writes workflow commands, which GitHub Actions shows as annotations, and the
// job summary if one is wanted.
//
// A runner executes any line that begins with :: or contains ##[. So a stranger's text
// is written only as the data of our own commands, with the escapes that
// actions/runner's ActionCommand.cs and @actions/core undo.
type github struct {
	w      io.Writer
	o      Options
	total  int
	counts map[check.Severity]int
	levels map[string]*githubLevel
	points worstOf[point] // for the job summary
}

// githubMost is how many annotations of each level GitHub shows for a step. It silently
// drops the rest.
const githubMost = 10

// githubLevel counts the annotations of one level. The last one that GitHub would show
// waits: if more follow, an annotation that counts them takes its place.
type githubLevel struct {
	written int
	waiting string
	rest    int
}

func (g *github) Result(r *check.Result) error {
	if g.levels == nil {
		g.levels, g.counts = map[string]*githubLevel{}, map[check.Severity]int{}
	}
	g.total++
	g.counts[r.Severity]++
	if g.o.Summary != nil {
		g.points.most = githubRows
		for _, p := range points(r) {
			g.points.add(check.Worst(p.findings), p)
		}
	}
	for _, f := range notable(r.Findings) {
		level := githubLevelOf(f.Severity)
		title := githubProperty.Replace(name(r) + " " + string(f.Code))
		data := githubData.Replace(strings.Join(append([]string{f.Text}, instructions(f)...), "\n"))
		at := ""
		if file, line, ok := listLine(r.Where); ok && f.File == "" {
			at = fmt.Sprintf("file=%s,line=%s,", githubProperty.Replace(file), line)
		} else if f.File != "" {
			at = fmt.Sprintf("file=%s,line=%d,", githubProperty.Replace(f.File), f.Line)
		}
		if err := g.annotate(level, fmt.Sprintf("::%s %stitle=%s::%s\n", level, at, title, data)); err != nil {
			return err
		}
	}
	return nil
}

// listLine takes the place of a target in a list apart: FILE:LINE. A name in an inventory, or
// a line of stdin, is none.
func listLine(where string) (file, line string, ok bool) {
	i := strings.LastIndexByte(where, ':')
	if i <= 0 || where[:i] == "stdin" {
		return "", "", false
	}
	file, line = where[:i], where[i+1:]
	if n, err := strconv.Atoi(line); err != nil || n < 1 {
		return "", "", false
	}
	return file, line, true
}

// githubLevelOf returns the level for a severity. Unknown is a warning, because it fails
// the check.
func githubLevelOf(s check.Severity) string {
	switch s {
	case check.Error:
		return "error"
	case check.Notice:
		return "notice"
	}
	return "warning"
}

func (g *github) annotate(level, command string) error {
	l := g.levels[level]
	if l == nil {
		l = &githubLevel{}
		g.levels[level] = l
	}
	switch {
	case l.written < githubMost-1:
		l.written++
		_, err := io.WriteString(g.w, command)
		return err
	case l.waiting == "":
		l.waiting = command
	default:
		l.rest++
	}
	return nil
}

// Close writes the annotations that waited, the counts, and the job summary.
func (g *github) Close() error {
	for _, level := range []string{"error", "warning", "notice"} {
		l := g.levels[level]
		if l == nil || l.waiting == "" {
			continue
		}
		command := l.waiting
		if l.rest > 0 {
			command = fmt.Sprintf("::%s title=rdnsproxy check::and %d more (GitHub shows at most %d per step)\n",
				level, l.rest+1, githubMost)
		}
		if _, err := io.WriteString(g.w, command); err != nil {
			return err
		}
	}
	if lacking := g.o.lacking(); lacking != "" {
		if _, err := fmt.Fprintf(g.w, "::error title=rdnsproxy check::incomplete: %s\n", githubData.Replace(lacking)); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(g.w, "%s\n", Tally(g.total, g.counts))
	if g.o.Summary != nil {
		_, wrong := io.WriteString(g.o.Summary, g.summary())
		err = errors.Join(err, wrong)
	}
	return err
}

// githubSummary bounds the job summary, in bytes. If a step's summary is longer than
// 1 MiB, GitHub drops all of it, including what others wrote.
const githubSummary = 512 << 10

// githubRows is more rows than a job summary has room for.
const githubRows = githubSummary / 64

// summary is a Markdown table with a row for each address, worst first.
func (g *github) summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "### rdnsproxy check\n\n%s\n", Tally(g.total, g.counts))
	rows := g.points.list()
	if len(rows) == 0 {
		return b.String()
	}
	b.WriteString("\n| severity | target | address | verdict | what was found |\n| --- | --- | --- | --- | --- |\n")
	for i, p := range rows {
		var found []string
		for _, f := range notable(p.findings) {
			found = append(found, markdown(f.Text))
		}
		row := fmt.Sprintf("| %s | %s | %s | %s | %s |\n", check.Worst(p.findings), markdown(p.target), markdown(p.where()),
			markdown(string(p.verdict)), strings.Join(found, "<br>"))
		if b.Len()+len(row) > githubSummary {
			fmt.Fprintf(&b, "\nand %d more\n", len(rows)-i+g.points.passed)
			break
		}
		b.WriteString(row)
	}
	return b.String()
}

// markdown formats a text as code in a table cell. In code nothing is markup, no name
// becomes a link and nobody is mentioned. A backtick would end the code and a bar the
// cell, even after a backslash, so both are written as \DDD.
func markdown(s string) string {
	if s == "" {
		return ""
	}
	return "`" + markdownEscape.Replace(s) + "`"
}

var (
	markdownEscape = strings.NewReplacer("`", `\096`, "|", `\124`, "\n", `\010`, "\r", `\013`)
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
