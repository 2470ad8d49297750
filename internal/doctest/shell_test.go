package doctest

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rdnsproxy/internal/cli"

	"mvdan.cc/sh/v3/syntax"
)

// commandLine is a command that a document or help shows.
type commandLine struct {
	place   string   // file:line
	env     []string // NAME=VALUE in front of it
	words   []string // the program first; what a shell would replace is still there: $NAME, $()
	mention bool     // named within a sentence, where operands may be left out
}

func (c commandLine) String() string {
	return strings.Join(append(slices.Clone(c.env), c.words...), " ")
}

// commandLines returns the commands of all documents and of help. In blocks of language sh
// and in the lines of consoles that begin with "$ " or "# ", they are what a shell finds
// there; elsewhere those of this module's programs only.
func commandLines(t *testing.T) (all []commandLine) {
	t.Helper()
	for _, b := range blocks(t) {
		switch b.language {
		case "sh":
			all = append(all, inShell(t, func(line int) string { return b.at(line) }, b.text)...)
		case "console":
			for i, line := range b.lines() {
				if command, ok := typed(line); ok {
					all = append(all, inShell(t, func(int) string { return b.at(i) }, command)...)
				}
			}
		case "cron":
			for i, line := range b.lines() {
				if m := cronLine.FindStringSubmatch(line); m != nil {
					all = append(all, inShell(t, func(int) string { return b.at(i) }, strings.ReplaceAll(m[1], `\%`, "%"))...)
				}
			}
		default:
			for i, line := range b.lines() {
				if b.language == "yaml" { // a step of CI: "- COMMAND" or "run: COMMAND"
					line = yamlItem.ReplaceAllString(line, "")
				}
				all = append(all, inText(t, b.at(i), line)...)
			}
		}
	}
	for _, s := range spans(t) {
		for _, c := range inText(t, s.place, s.text) {
			c.mention = true
			all = append(all, c)
		}
	}
	for name, text := range helpTexts(t) {
		for i, line := range strings.Split(text, "\n") {
			if !strings.HasPrefix(line, " ") { // a sentence, which may begin with the program's name
				line = "- " + line
			}
			for _, c := range inText(t, fmt.Sprintf("%s:%d", name, i+1), line) {
				c.mention = true
				all = append(all, c)
			}
		}
	}
	return all
}

// cronLine matches a command in a crontab: behind five fields or @daily, and in /etc/cron.d
// behind a user.
var cronLine = regexp.MustCompile(`^(?:@\w+|[\d*,/-]+(?:[ \t]+[\w*,/-]+){4})[ \t]+(?:(?:root|nobody)[ \t]+)?(.*)$`)

// yamlItem matches what is in front of a value in a line of YAML.
var yamlItem = regexp.MustCompile(`^ *(?:- +)?(?:[a-z_]+: +)?`)

// typed returns what a user types in a line of a console.
func typed(line string) (command string, ok bool) {
	if command, ok = strings.CutPrefix(line, "$ "); !ok {
		command, ok = strings.CutPrefix(line, "# ")
	}
	return command, ok
}

// helpTexts returns what help says, and the texts of the manual pages, by where they are shown.
func helpTexts(t *testing.T) map[string]string {
	t.Helper()
	reference := cli.NewReference()
	texts := map[string]string{"'rdnsproxy help'": reference.Relay.Long + "\n" + reference.Relay.Example}
	var add func([]cli.Command)
	add = func(commands []cli.Command) {
		for _, c := range commands {
			texts["'rdnsproxy help "+c.Name+"'"] = c.Long + "\n" + c.Example
			add(c.Commands)
		}
	}
	add(reference.Commands)
	for _, topic := range reference.Topics {
		texts["'rdnsproxy help "+topic.Name+"'"] = topic.Text
	}
	pages, err := filepath.Glob("internal/manual/pages/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range pages {
		texts[path] = document(t, path)
	}
	return texts
}

// inShell returns the commands in lines for a shell.
func inShell(t *testing.T, place func(line int) string, text string) (all []commandLine) {
	t.Helper()
	script, err := syntax.NewParser(syntax.KeepComments(false), syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		line := 0
		if e := (syntax.ParseError{}); errors.As(err, &e) {
			line = int(e.Pos.Line()) - 1
		}
		t.Errorf("%s: a shell does not take this: %v", place(line), err)
		return nil
	}
	syntax.Walk(script, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		c := commandLine{place: place(int(call.Pos().Line()) - 1)}
		for _, a := range call.Assigns {
			if a.Name != nil && a.Value != nil {
				c.env = append(c.env, a.Name.Value+"="+literal(a.Value.Parts))
			}
		}
		for _, word := range call.Args {
			c.words = append(c.words, literal(word.Parts))
		}
		all = append(all, unwrapped(t, c)...)
		return true
	})
	return all
}

// literal returns a word without its quotes.
func literal(parts []syntax.WordPart) string {
	var b strings.Builder
	for _, part := range parts {
		switch p := part.(type) {
		case *syntax.Lit:
			b.WriteString(regexp.MustCompile(`\\(.)`).ReplaceAllString(p.Value, "$1"))
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			b.WriteString(literal(p.Parts))
		case *syntax.ParamExp:
			b.WriteString("$" + p.Param.Value)
		default: // a command's output, which is a command of its own
			b.WriteString("$()")
		}
	}
	return b.String()
}

// runners run the command that follows, after flags and so many operands of their own; -1 if
// only a program of this module tells where it begins.
var runners = map[string]int{
	"sudo": 0, "env": 0, "time": 0, "nohup": 0, "exec": 0, "nice": 0, "timeout": 1, "ts": 0,
	"ssh": -1, "parallel": -1, "xargs": -1, "watch": -1, "docker": -1, "podman": -1, "kubectl": -1, "systemd-run": -1, "srun": -1,
}

// unwrapped returns a command and those that it runs.
func unwrapped(t *testing.T, c commandLine) []commandLine {
	all := []commandLine{c}
	for _, w := range c.words[1:] { // sh -c 'rdnsproxy ...'
		if strings.Contains(w, " ") {
			if name, command, ok := strings.Cut(w, "="); ok && strings.HasSuffix(name, "Command") { // ssh -o ProxyCommand='rdnsproxy ...'
				w = command
			}
			all = append(all, inText(t, c.place, `"`+w+`"`)...)
		}
	}
	operands, runs := runners[c.words[0]]
	if !runs {
		return all
	}
	inner := c
	for i := 1; i < len(c.words); i++ {
		w := c.words[i]
		_, ours := parsers[path.Base(w)]
		switch {
		case strings.HasPrefix(w, "-") || operands < 0 && !ours:
		case c.words[0] == "env" && strings.Contains(w, "="):
			inner.env = append(inner.env, w)
		case operands > 0 && !ours:
			operands--
		default:
			inner.words = c.words[i:]
			if end := slices.Index(inner.words, ":::"); end >= 0 { // parallel's
				inner.words = inner.words[:end]
			}
			if operands >= 0 { // what matters is what it runs
				all = all[1:]
			}
			return append(all, unwrapped(t, inner)...)
		}
	}
	return all
}

// ourCommand matches a command of this module's in a text: at its beginning, after a word
// that runs it, or in quotes.
var ourCommand = regexp.MustCompile(
	`(^ *|^ +\w+\t|["'` + "`" + `(]|\| |<\(|Command |Command=|ExecStart=|sudo |[A-Z_]+=\S+ )((?:[/\w.~-]*/)?(?:rdnsproxy|rdnsproxy_exporter))((?: [^\n]*)?$|[ "'` + "`" + `)][^\n]*)`)

// inText returns this module's commands in a line that is not for a shell.
func inText(t *testing.T, place, line string) (all []commandLine) {
	t.Helper()
	for line != "" {
		m := ourCommand.FindStringSubmatchIndex(line)
		if m == nil {
			return all
		}
		before, command := line[m[2]:m[3]], line[m[4]:]
		line = line[m[5]:]
		if closing := strings.Trim(before, " "); len(closing) == 1 && strings.Contains("\"'`(", closing) {
			closing = map[string]string{"(": ")"}[closing] + strings.Trim(closing, "(")
			if end := strings.Index(command, closing); end >= 0 {
				command = command[:end]
			}
		} else if strings.HasPrefix(before, "<(") {
			command, _, _ = strings.Cut(command, ")")
		}
		command, _, _ = strings.Cut(command, " (") // help: what a command does follows in parentheses
		command, _, _ = strings.Cut(command, "\t")
		if !regexp.MustCompile(`^\S+( [-\w%<>\[{"'$/~*.].*)?$`).MatchString(command) {
			continue
		}
		// In a usage, "|" separates what may stand in the same place.
		command = regexp.MustCompile(`(\w)(?:\|[\w.-]+)+`).ReplaceAllString(command, "$1")
		command = regexp.MustCompile(`[\[\]]`).ReplaceAllString(command, "")
		for _, c := range inShell(t, func(int) string { return place }, command) {
			if env := regexp.MustCompile(`^[A-Z_]+=\S+ $`); env.MatchString(before) {
				c.env = append(c.env, strings.TrimSpace(before))
			}
			c.mention = len(c.words) == 1
			all = append(all, c)
			break // the first; a shell's others are in blocks
		}
	}
	return all
}
