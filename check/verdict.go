package check

import (
	"fmt"
	"slices"
	"strings"

	"rdnsproxy/safetext"
)

// Verdict says how a name and an address agree. The codes are stable: they
// stand in JSON, in tests and in the docs.
type Verdict string

// The verdicts, from best to worst.
const (
	Exact        Verdict = "exact"        // a PTR names the host that was asked for and leads back
	Confirmed    Verdict = "confirmed"    // a PTR is another name, which leads back
	Exempt       Verdict = "exempt"       // no PTR, and none is to be expected
	Missing      Verdict = "missing"      // no PTR
	Undetermined Verdict = "undetermined" // it could not be found out now
	Malformed    Verdict = "malformed"    // the PTR's content is not a host name
	Unresolvable Verdict = "unresolvable" // the PTR's name has no address
	Numeric      Verdict = "numeric"      // the PTR's name reads as an IPv4 address
	Mismatch     Verdict = "mismatch"     // the PTR's name has addresses, but not this one
	NoAddress    Verdict = "no-address"   // of a target: the name itself has no address
)

var verdicts = []Verdict{Exact, Confirmed, Exempt, Missing, Undetermined, Malformed, Unresolvable, Numeric, Mismatch, NoAddress}

// Verdicts lists the closed set, from best to worst.
func Verdicts() []Verdict { return slices.Clone(verdicts) }

// Worse is the worse of two verdicts; the empty verdict is better than any.
func (v Verdict) Worse(w Verdict) Verdict {
	if slices.Index(verdicts, w) > slices.Index(verdicts, v) {
		return w
	}
	return v
}

// Confirms reports whether a name was found that leads back to the address.
func (v Verdict) Confirms() bool { return v == Exact || v == Confirmed }

// severity is the verdict's in design's table; RequireName is Policy's matter.
func (v Verdict) severity() Severity {
	switch v {
	case Exact, Confirmed, Exempt:
		return Pass
	case Missing:
		return Notice
	case Undetermined:
		return Unknown
	case NoAddress:
		return Error
	}
	return Warning
}

// Severity is how bad a finding is. The larger is the worse: what is known to
// be bad beats what is unknown, which beats what passes.
type Severity uint8

// The severities in order.
const (
	Pass Severity = iota
	Notice
	Unknown // neither pass nor fail
	Warning
	Error
)

var severityWords = [...]string{"ok", "notice", "unknown", "warning", "error"}

func (s Severity) String() string { return severityWords[min(int(s), len(severityWords)-1)] }

// MarshalText gives the word.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes a word of the set and refuses others.
func (s *Severity) UnmarshalText(b []byte) error {
	v, err := ParseSeverity(string(b))
	if err != nil {
		return err
	}
	*s = v
	return nil
}

// ParseSeverity reads ok, notice, unknown, warning or error.
func ParseSeverity(word string) (Severity, error) {
	if i := slices.Index(severityWords[:], word); i >= 0 {
		return Severity(i), nil
	}
	return 0, fmt.Errorf("unknown severity %s (one of %s)", safetext.Of(word), strings.Join(severityWords[:], ", "))
}
