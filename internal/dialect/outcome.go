// Package dialect has what Nagios, Prometheus and CI servers expect of a report, whatever
// it is about: the shape of its lines, and the exit statuses.
package dialect

import (
	"cmp"

	"rdnsproxy/check"
	"rdnsproxy/internal/exit"
)

// Outcome is how a check ended: what its severities amount to.
type Outcome int

// The outcomes. A failure takes precedence over what could not be determined.
const (
	Passed Outcome = iota
	Undetermined
	Failed
)

// OutcomeOf is the outcome of a finding. failOn is the lowest severity that fails; if 0,
// check.Warning; if it is above check.Error, neither a failure nor an unknown counts.
func OutcomeOf(failOn, s check.Severity) Outcome {
	switch failOn := cmp.Or(failOn, check.Warning); {
	case s == check.Unknown && failOn <= check.Error:
		return Undetermined
	case s >= failOn && s != check.Unknown:
		return Failed
	}
	return Passed
}

// Status is check's exit status for findings of these severities.
func Status(failOn check.Severity, found []check.Severity) int {
	result := Passed
	for _, s := range found {
		result = max(result, OutcomeOf(failOn, s))
	}
	return [...]int{Passed: exit.OK, Undetermined: exit.Unknown, Failed: exit.Found}[result]
}

// Ends are the exit statuses that the readers of a format expect, and what they read if
// there is no report. The zero value has the statuses of check.
type Ends struct {
	// NoReport returns what stdout gets if there is no report; if nil, it gets nothing.
	NoReport func(why string) string

	status     func(failOn check.Severity, found []check.Severity) int // nil: Status
	incomplete int                                                     // 0: exit.Usage
}

// Status is the exit status for findings of these severities.
func (e Ends) Status(failOn check.Severity, found []check.Severity) int {
	if e.status != nil {
		return e.status(failOn, found)
	}
	return Status(failOn, found)
}

// Interrupted is the exit status if the user has interrupted the run. found has the
// severities of the findings up to then.
func (e Ends) Interrupted(failOn check.Severity, found []check.Severity) int {
	if e.status != nil {
		return e.status(failOn, found)
	}
	return exit.Interrupted
}

// Invalid is the exit status if a part of the input was no target. found has the
// severities of all findings.
func (e Ends) Invalid(failOn check.Severity, found []check.Severity) int {
	if e.status != nil {
		return e.status(failOn, found)
	}
	return exit.Usage
}

// Partial is the exit status of a report that lacks something and says so, which otherwise
// only the exit status does. found has the severities of what it has.
func (e Ends) Partial(failOn check.Severity, found []check.Severity, otherwise int) int {
	if e.status == nil {
		return otherwise
	}
	return cmp.Or(e.status(failOn, found), e.incomplete)
}

// Incomplete is the exit status if there is no report.
func (e Ends) Incomplete() int { return cmp.Or(e.incomplete, exit.Usage) }
