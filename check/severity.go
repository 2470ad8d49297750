package check

import (
	"fmt"
	"slices"
	"strings"

	"rdnsproxy/safetext"
)

// Severity is how bad a finding is. A larger one is worse: known to be bad is worse than
// unknown, and that is worse than passing.
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

// MarshalText returns the word.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is ParseSeverity.
func (s *Severity) UnmarshalText(b []byte) error {
	v, err := ParseSeverity(string(b))
	if err != nil {
		return err
	}
	*s = v
	return nil
}

// ParseSeverity parses ok, notice, unknown, warning or error. Any other word is an error.
func ParseSeverity(word string) (Severity, error) {
	if i := slices.Index(severityWords[:], word); i >= 0 {
		return Severity(i), nil
	}
	return 0, fmt.Errorf("unknown severity %s (one of %s)", safetext.Of(word), strings.Join(severityWords[:], ", "))
}
