package check

import "net/netip"

// NewFinding makes a finding about the address a, or about the target if a is the zero
// Addr. Its severity is that of c in the table of codes.
func NewFinding(c Code, a netip.Addr, text string) Finding { return ownTable().Finding(c, a, text) }

// When returns the finding, with the severity that the table of codes lists for the
// condition if that holds.
func (f Finding) When(holds bool, c Condition) Finding { return ownTable().When(f, holds, c) }

// Condition is a circumstance in which a code has another severity than usual, worded to
// follow that severity: "notice if another address speaks SSH".
type Condition string

// The conditions.
const (
	WhenNameRequired  Condition = "with --require-name"
	WhenOffline       Condition = "with --offline, if the zones given do not hold the answer"
	WhenZones         Condition = "with --zone or --axfr, of what the zones hold"
	WhenPartInvented  Condition = "if it is a part where the server makes up a name for each address"
	WhenAccepted      Condition = "with --accepted, if you have accepted the mapping"
	WhenOtherServes   Condition = "if another address speaks SSH"
	WhenAllSkipped    Condition = "if this machine has no route to any of the addresses"
	WhenStrict        Condition = "if StrictHostKeyChecking is yes: ssh then refuses the key"
	WhenKeyMissing    Condition = "if known_hosts has a key for the host and the key that ssh would be shown is missing"
	WhenNotChosen     Condition = "if ssh would be shown another key"
	WhenPassedOver    Condition = "if ssh ignores it too"
	WhenSingleAddress Condition = "if the user chose a single address (hosts add --address)"
)

// Exception is another severity of a code, and when that applies.
type Exception struct {
	Severity Severity
	When     Condition
}

// aboutTarget is NewFinding for a finding that is not about one address.
func aboutTarget(c Code, text string) Finding { return NewFinding(c, netip.Addr{}, text) }

// newAdvice makes advice for the machine that the table of advice lists for c.
func newAdvice(c AdviceCode, text string) Advice { return ownTable().Advice(c, text) }

// on moves advice to the other machine that its row lists.
func (a Advice) on(m Machine) Advice {
	t := ownTable()
	if t.advice[a.Code].Or != m {
		t.undocumented(string(a.Code), string(m))
	}
	a.Machine = m
	return a
}
