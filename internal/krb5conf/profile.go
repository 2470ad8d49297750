package krb5conf

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"rdnsproxy/safetext"
)

// profile holds the sections of one file of the list and of the files that it
// includes.
type profile map[string]*section

// section holds the relations of a section, without those in braces. The first one
// of a name wins (profile_get_value).
type section struct {
	values map[string]Setting
	final  bool // "[name]*": later files cannot add to it
}

// maxLine is the size of MIT's line buffer without its NUL. The rest of a longer
// line is read as another line.
const maxLine = 2047

// reader is the state of one file (prof_parse.c's parse_state): a file that is
// included starts with a fresh one, in the same profile.
type reader struct {
	budget  *budget
	name    string
	depth   int // of inclusion
	profile profile

	line    int
	section *section // nil until the first header: text before that is a comment
	braces  int
	opening bool // the line before ended in "=": an opening brace must follow
}

// parse reads one file into p.
func (b *budget) parse(r io.Reader, name string, p profile, depth int) error {
	in := &reader{budget: b, name: name, depth: depth, profile: p}
	lines := bufio.NewReader(&allowance{r, b})
	for {
		text, err := lines.ReadString('\n')
		if text != "" {
			in.line++
		}
		for text != "" {
			n := min(len(text), maxLine)
			if err := in.parseLine(text[:n]); err != nil {
				return err
			}
			text = text[n:]
		}
		if err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("%s: %w", safetext.Line(name), err)
		}
	}
}

// parseLine reads one line, or as much of it as MIT's buffer takes.
func (in *reader) parseLine(line string) error {
	line, _, _ = strings.Cut(line, "\x00") // a C string ends there
	if path, ok := directive(line, "include"); ok {
		return in.wrap(in.budget.include(path, in.profile, in.depth+1))
	}
	if path, ok := directive(line, "includedir"); ok {
		return in.wrap(in.budget.includeDir(path, in.profile, in.depth+1))
	}
	if _, ok := directive(line, "module"); ok && in.section == nil {
		return in.fail("a module provides the configuration, and only Kerberos can load it")
	}
	switch {
	case in.section == nil && !strings.HasPrefix(line, "["):
		return nil
	case in.opening:
		if !strings.HasPrefix(trimLeft(line), "{") {
			return in.fail("missing {")
		}
		in.opening = false
		return nil
	}
	line = strings.TrimRight(trimLeft(line), "\r\n")
	switch {
	case line == "", line[0] == ';', line[0] == '#':
		return nil
	case line[0] == '[':
		return in.header(line[1:])
	case line[0] == '}':
		if in.braces == 0 {
			return in.fail("unexpected }")
		}
		in.braces--
		return nil
	}
	return in.relation(line)
}

// header reads what follows the bracket that opens a section.
func (in *reader) header(line string) error {
	if in.braces > 0 {
		return in.fail("section header inside braces")
	}
	name, rest, ok := strings.Cut(line, "]")
	if !ok {
		return in.fail("missing ]")
	}
	rest, final := strings.CutPrefix(rest, "*")
	if trimLeft(rest) != "" {
		return in.fail("text after a section header")
	}
	if in.profile[name] == nil {
		in.profile[name] = &section{values: map[string]Setting{}}
	}
	in.section = in.profile[name]
	in.section.final = in.section.final || final
	return nil
}

// relation reads "name = value" or the beginning of a subsection.
func (in *reader) relation(line string) error {
	name, value, ok := strings.Cut(line, "=")
	name = strings.TrimRight(name, blanks)
	if !ok || name == "" || strings.ContainsAny(name, blanks) {
		return in.fail("neither a section nor name = value")
	}
	value = trimLeft(value)
	switch {
	case value == "":
		in.opening = true
		in.braces++
		return nil
	case value[0] == '{' && trimLeft(value[1:]) == "":
		in.braces++
		return nil
	case value[0] == '"':
		value = unquote(value[1:])
	default:
		value = strings.TrimRight(value, blanks)
	}
	name, _, _ = strings.Cut(name, "*") // "final", which the first value is anyway
	if _, known := in.section.values[name]; !known && in.braces == 0 {
		in.section.values[name] = Setting{value, in.origin()}
	}
	return nil
}

// unquote reads up to the closing quote; what follows it is dropped.
func unquote(s string) string {
	var b strings.Builder
	for i := 0; i < len(s) && s[i] != '"'; i++ {
		c := s[i]
		if c == '\\' && i+1 < len(s) {
			i++
			switch c = s[i]; c {
			case 'n':
				c = '\n'
			case 't':
				c = '\t'
			case 'b':
				c = '\b'
			}
		}
		b.WriteByte(c)
	}
	return b.String()
}

// directive returns the argument of a directive: the line must begin with the word,
// in the first column, followed by a blank.
func directive(line, word string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(line, word)
	if !ok || rest == "" || !strings.ContainsRune(blanks, rune(rest[0])) {
		return "", false
	}
	return strings.TrimRight(trimLeft(rest), "\r\n"), true
}

// blanks is C's isspace.
const blanks = " \t\n\v\f\r"

func trimLeft(s string) string { return strings.TrimLeft(s, blanks) }

func (in *reader) origin() string { return fmt.Sprintf("%s:%d", safetext.Line(in.name), in.line) }

func (in *reader) fail(what string) error { return in.wrap(errors.New(what)) }

// wrap adds the file and line. An error from an included file already has its own.
func (in *reader) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", in.origin(), err)
}
