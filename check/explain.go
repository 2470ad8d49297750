package check

import "slices"

// Explanation is what a finding's row in the table of codes has no room for.
// 'rdnsproxy explain' and docs/findings.md are made from it. Each text is one
// paragraph of plain sentences; Example is one line of the program's output.
type Explanation struct {
	Code    Code
	Means   string // what was seen, and what it comes to
	Sure    string // how far it can be relied on
	Who     string // who notices it
	Do      string // what to do about it, if anything
	Example string // a finding of this code, as check prints it
}

// Explanations holds one explanation for every row of Codes, in families.
func Explanations() []Explanation {
	return slices.Concat(explainMapping(), explainCauses(), explainLookup(), explainAffected(), explainConnect(), explainKeys(), explainSlow(), explainSelf(), explainPins())
}

// Explain gives a code's row and its explanation; false if there is no such code.
func Explain(c Code) (CodeDoc, Explanation, bool) {
	rows, explanations := Codes(), Explanations()
	i := slices.IndexFunc(rows, func(d CodeDoc) bool { return d.Code == c })
	j := slices.IndexFunc(explanations, func(e Explanation) bool { return e.Code == c })
	if i < 0 || j < 0 {
		return CodeDoc{}, Explanation{}, false
	}
	return rows[i], explanations[j], true
}
