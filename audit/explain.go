package audit

import (
	"slices"

	"rdnsproxy/check"
)

// Explanations returns one explanation for every row of Codes, grouped by kind.
func Explanations() []check.Explanation {
	return slices.Concat(explainLogins(), explainGuessing(), explainServers(), explainLog())
}

// Explain returns a code's row and its explanation, or false if there is no such code.
func Explain(c check.Code) (check.CodeDoc, check.Explanation, bool) {
	rows, explanations := Codes(), Explanations()
	i := slices.IndexFunc(rows, func(d check.CodeDoc) bool { return d.Code == c })
	j := slices.IndexFunc(explanations, func(e check.Explanation) bool { return e.Code == c })
	if i < 0 || j < 0 {
		return check.CodeDoc{}, check.Explanation{}, false
	}
	return rows[i], explanations[j], true
}
