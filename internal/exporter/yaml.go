package exporter

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"rdnsproxy/safetext"

	"go.yaml.in/yaml/v4"
)

// lineError is what is wrong with a line of the modules file.
type lineError struct {
	line int // 0: unknown
	text string
}

func (e *lineError) Error() string { return e.text }

func errorAt(n *yaml.Node, format string, args ...any) error {
	e := &lineError{text: fmt.Sprintf(format, args...)}
	if n != nil {
		e.line = n.Line
	}
	return e
}

// loadYAML reads a single document. It stays a tree of nodes, because they know their lines
// and still have keys that are given twice.
func loadYAML(text []byte, doc *yaml.Node) error {
	var file, more yaml.Node
	loader, err := yaml.NewLoader(bytes.NewReader(text))
	if err == nil {
		err = loader.Load(&file)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return syntaxError(err)
	}
	if file.Kind != yaml.DocumentNode || len(file.Content) != 1 || isNull(file.Content[0]) {
		return &lineError{text: "the file is empty: it needs 'modules:'"}
	}
	switch err := loader.Load(&more); {
	case err == nil:
		return errorAt(&more, "a second document: all modules have to be in one")
	case !errors.Is(err, io.EOF):
		return syntaxError(err)
	}
	*doc = *file.Content[0]
	return nil
}

// syntaxError is the parser's complaint in one line.
func syntaxError(err error) error {
	e := &lineError{text: safetext.Line(err.Error())}
	if at := (*yaml.LoadError)(nil); errors.As(err, &at) {
		e.line, e.text = at.Mark.Line, "not YAML: "+safetext.Line(at.Message)
	}
	return e
}

const noAlias = "YAML's anchors and aliases are not supported"

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// keys are the keys that a mapping may have, and what reads their values.
type keys map[string]func(*yaml.Node) error

// read calls the readers of the keys that a mapping has. what names it in errors.
func (k keys) read(n *yaml.Node, what string) error {
	if isNull(n) { // "lookup:" and nothing more is a module with the defaults
		return nil
	}
	known := slices.Sorted(maps.Keys(k))
	return eachKey(n, what, func(key, value *yaml.Node) error {
		read := k[key.Value]
		if read == nil {
			return errorAt(key, "unknown key %s%s", quoted(key.Value), meant(key.Value, known))
		}
		err := read(value)
		// What is wrong with a value says of which key, unless that is clear.
		at := (*lineError)(nil)
		if errors.As(err, &at) && value.Kind != yaml.MappingNode && !strings.Contains(at.text, key.Value) {
			at.text = key.Value + ": " + at.text
		}
		return err
	})
}

// eachKey calls back with the keys of a mapping and their values.
func eachKey(n *yaml.Node, what string, each func(key, value *yaml.Node) error) error {
	if n.Kind == yaml.AliasNode {
		return errorAt(n, "%s", noAlias)
	}
	if n.Kind != yaml.MappingNode {
		return errorAt(n, "%s needs lines KEY: VALUE", what)
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if _, err := scalar(key); err != nil {
			return err
		}
		if line := seen[key.Value]; line > 0 {
			return errorAt(key, "the key %s is given twice, first in line %d", quoted(key.Value), line)
		}
		seen[key.Value] = key.Line
		if err := each(key, value); err != nil {
			return err
		}
	}
	return nil
}

// keyNode finds a key of a mapping; nil if it does not have it.
func keyNode(n *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i]
		}
	}
	return nil
}

// eachWord calls back with a scalar, or with each scalar of a list.
func eachWord(n *yaml.Node, each func(at *yaml.Node, w string) error) error {
	list := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		list = n.Content
	}
	if len(list) == 0 || isNull(n) {
		return errorAt(n, "an empty value")
	}
	for _, item := range list {
		w, err := scalar(item)
		if err == nil && w == "" {
			err = errorAt(item, "an empty value")
		}
		if err == nil {
			err = each(item, w)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// scalar is the text of a single value. YAML's aliases are not followed: a short file
// could mean a very long one.
func scalar(n *yaml.Node) (string, error) {
	switch {
	case n.Kind == yaml.AliasNode:
		return "", errorAt(n, "%s", noAlias)
	case n.Kind != yaml.ScalarNode:
		return "", errorAt(n, "a single value is wanted here")
	case isNull(n):
		return "", errorAt(n, "an empty value")
	}
	return n.Value, nil
}

// quoted is a value of the file in double quotes, shortened and safe to print.
func quoted(s string) string { return `"` + safetext.Cut(safetext.Of(s).String(), 80) + `"` }

// meant suggests a known word: the nearest that is at most two edits away, or the only one
// that begins with what was typed. It returns "" if there is none.
func meant(typed string, known []string) string {
	best, least := "", 3
	for _, w := range known {
		if d := distance(typed, w); d < least {
			best, least = w, d
		}
	}
	if best == "" {
		longer := slices.DeleteFunc(slices.Clone(known), func(w string) bool { return !strings.HasPrefix(w, typed) })
		if len(typed) < 3 || len(longer) != 1 {
			return ""
		}
		best = longer[0]
	}
	return ", did you mean " + quoted(best) + "?"
}

// distance is how many bytes have to be added, removed or changed to turn one word into the
// other (Levenshtein); 1,000 if a word is too long to be compared.
func distance(a, b string) int {
	const longest = 64
	if len(a) > longest || len(b) > longest {
		return 1000
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
