package report

import (
	"cmp"
	"slices"
	"strings"

	"rdnsproxy/check"
)

// kind is what targets have in common in a digest: how bad they are, and why.
type kind struct {
	severity check.Severity
	what     string // the verdict, or the code of the finding that decides if that is no mapping
}

// kindOf returns the kind of a target.
func kindOf(r *check.Result) kind {
	code := deciding(r).Code
	if code == "" || code.Mapping() {
		return kind{r.Severity, string(r.Verdict)}
	}
	return kind{r.Severity, string(code)}
}

// shown reports whether a digest has examples of a kind: it is unknown or worse, or a notice
// that its verdict alone does not explain.
func (k kind) shown() bool {
	return k.severity > check.Notice || k.severity == check.Notice && k.what != string(check.Missing)
}

// Bounds of the examples that a digest shows.
const (
	examplesOfKind = 8
	examplesInAll  = 50
	examplesKinds  = 200 // results of other programs may have codes that nobody knows
)

// examples keeps the first targets of each kind, as lines, and counts the others. Its
// memory is bounded.
type examples struct{ of map[kind]*exampleLines }

type exampleLines struct {
	lines []string
	n     int // how many targets there are
}

// add counts a target of a kind, and keeps its line if there are few of them. line is
// asked for only then.
func (e *examples) add(k kind, line func() string) {
	of := e.of[k]
	if of == nil {
		if len(e.of) == examplesKinds {
			return
		}
		if e.of == nil {
			e.of = map[kind]*exampleLines{}
		}
		of = &exampleLines{}
		e.of[k] = of
	}
	if of.n++; len(of.lines) < examplesOfKind {
		of.lines = append(of.lines, line())
	}
}

// kinds returns the kinds, the most severe first, then the most frequent, and how many
// lines of each there is room for.
func (e *examples) kinds() (kinds []kind, each int) {
	for k := range e.of {
		kinds = append(kinds, k)
	}
	slices.SortFunc(kinds, func(a, b kind) int {
		return cmp.Or(cmp.Compare(b.severity, a.severity), cmp.Compare(e.of[b].n, e.of[a].n), strings.Compare(a.what, b.what))
	})
	kinds = kinds[:min(len(kinds), examplesInAll)]
	return kinds, min(examplesOfKind, examplesInAll/max(len(kinds), 1))
}
