package check

import "slices"

// Explanation explains a code at length; its row in the table of codes is one line.
// 'rdnsproxy explain' and docs/findings.md are generated from it. Each text is one
// paragraph, Example is one line of the program's output.
type Explanation struct {
	Code    Code
	Means   string // what was seen, and what it implies
	Sure    string // how reliable it is
	Who     string // who is affected
	Do      string // what to do about it, if anything
	Example string // a finding of this code, as check prints it
}

// Explanations returns one explanation for every row of Codes, grouped by kind.
func Explanations() []Explanation {
	return slices.Concat(explainMapping(), explainCauses(), explainLookup(), explainAffected(),
		explainConnect(), explainKeys(), explainSlow(), explainSelf(), explainPins())
}

// Explain returns a code's row and its explanation, or false if there is no such code.
func Explain(c Code) (CodeDoc, Explanation, bool) {
	rows, explanations := Codes(), Explanations()
	i := slices.IndexFunc(rows, func(d CodeDoc) bool { return d.Code == c })
	j := slices.IndexFunc(explanations, func(e Explanation) bool { return e.Code == c })
	if i < 0 || j < 0 {
		return CodeDoc{}, Explanation{}, false
	}
	return rows[i], explanations[j], true
}
