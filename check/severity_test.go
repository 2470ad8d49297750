package check

import (
	"slices"
	"testing"
)

// TestEvidenceKeepsItsSeverity names the findings that --fail-on, --policy strict and
// monitoring rely on, with the reason why each must not get a lower severity, and the only
// conditions under which it may have one.
func TestEvidenceKeepsItsSeverity(t *testing.T) {
	for _, tt := range []struct {
		code   Code
		least  Severity
		except []Condition
		why    string
	}{
		{HostKeyChanged, Error, nil,
			"a key that differs from known_hosts is all that an attack on the connection looks like"},
		{HostKeyRevoked, Error, []Condition{WhenNotChosen},
			"somebody declared that the key must not be trusted, and ssh refuses it"},
		{HostKeyRefused, Error, []Condition{WhenNotChosen},
			"ssh refuses the key, so a check that passes would be wrong"},
		{HostKeyUnexpected, Error, nil,
			"the user said which key is right, and another machine answers"},
		{HostKeyUnseen, Error, nil,
			"--expect-hostkey must not pass because nothing was seen"},
		{HostKeyWithheld, Error, nil,
			"a machine behind a forged address cannot present the host's key, and could hide by presenting none"},
		{HostKeyUnevaluated, Unknown, []Condition{WhenPassedOver},
			"ssh may judge the key differently"},
		{MappingCode(Mismatch), Warning, []Condition{WhenAccepted},
			"a forged forward answer looks like this"},
		{MappingCode(Unresolvable), Warning, []Condition{WhenAccepted},
			"whoever forges an address can make its reverse zone answer like this"},
		{MappingCode(Malformed), Warning, []Condition{WhenAccepted},
			"whoever forges an address can make its reverse zone answer like this, and the name can attack programs"},
		{MappingCode(Numeric), Warning, []Condition{WhenAccepted},
			"the name could pass for another client's address in rules (sshd's \"Nasty PTR record\")"},
		{MappingCode(Undetermined), Unknown, []Condition{WhenOffline},
			"an attacker who drops the packets must not get the same result as a good mapping"},
		{ForwardFiltered, Warning, nil,
			"ssh would connect to this machine itself"},
		{SSHFPMismatch, Warning, nil,
			"the zone's owner published another key; with VerifyHostKeyDNS ssh warns of an attack"},
		{PinMoved, Error, nil,
			"the hosts line sends every login to an address that is no longer the host's"},
		{PinKey, Error, nil,
			"the hosts line sends every login to a machine with another key"},
		{TargetCutShort, Unknown, nil,
			"what was not looked at must not pass"},
		{Interrupted, Unknown, nil,
			"what was not looked at must not pass"},
		{InputInvalid, Error, nil,
			"what was not looked at must not pass"},
	} {
		t.Run(string(tt.code), func(t *testing.T) {
			row, ok := ownTable().codes[tt.code]
			if !ok {
				t.Fatal("not in the table of codes")
			}
			if row.Severity < tt.least {
				t.Errorf("%s, want %s or worse: %s", row.Severity, tt.least, tt.why)
			}
			for _, e := range row.Except {
				if e.Severity < tt.least && !slices.Contains(tt.except, e.When) {
					t.Errorf("%s %s, want %s or worse: %s", e.Severity, e.When, tt.least, tt.why)
				}
			}
		})
	}
}
