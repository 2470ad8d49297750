package cli

import "rdnsproxy/check"

// Exit statuses of the relay, which ssh ignores and scripts may not.
const (
	statusOK      = 0 // the session is over
	statusRefused = 1 // the policy refused every address
	statusUsage   = 2 // usage or configuration
	statusFailed  = 3 // could not connect or resolve
)

// Exit statuses of check, counted over addresses and targets.
const (
	statusPass    = 0 // nothing at or above --fail-on
	statusFound   = 1 // something was
	statusUnknown = 3 // it could not be told: only unknown stands against a pass

	statusInterrupted = 130 // as a shell says of SIGINT
)

// neverFail is the --fail-on that nothing reaches.
const neverFail = check.Error + 1

// tally adds up severities to an exit status.
type tally struct {
	failOn         check.Severity
	found, unknown bool
}

func (t *tally) add(s check.Severity) {
	switch {
	case s == check.Unknown:
		t.unknown = true
	case s >= t.failOn:
		t.found = true
	}
}

func (t *tally) status() int {
	switch {
	case t.found:
		return statusFound
	case t.unknown && t.failOn != neverFail:
		return statusUnknown
	}
	return statusPass
}
