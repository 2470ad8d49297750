package audit

import "rdnsproxy/check"

// Explanations returns one explanation for every row of Codes.
func Explanations() []check.Explanation { return nil }
