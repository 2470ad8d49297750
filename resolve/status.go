package resolve

import (
	"encoding"
	"fmt"
	"strconv"
	"strings"

	"rdnsproxy/safetext"
)

// Status says how a lookup ended. Each way of failing has a Status of its own.
type Status uint8

// The closed set, in the order of its words in JSON.
const (
	Skipped  Status = iota // not asked, or not waited for
	OK                     // records of the type that was asked for
	NXDomain               // the name does not exist (RFC 2308, section 2.1)
	NoData                 // the name exists without such records (section 2.2)
	ServFail               // SERVFAIL, or any other rcode that says nothing about the name
	Refused                // REFUSED
	Timeout                // no server answered in time
	Invalid                // an unusable answer came
	Loop                   // a CNAME chain that loops or is too long
	NotFound               // a source other than DNS does not know it and does not say why
)

var statusWords = [...]string{
	"skipped", "ok", "nxdomain", "nodata", "servfail", "refused", "timeout", "invalid", "loop", "notfound",
}

// Statuses lists the closed set in the order of the constants.
func Statuses() []Status {
	all := make([]Status, len(statusWords))
	for i := range all {
		all[i] = Status(i)
	}
	return all
}

func (s Status) String() string {
	if int(s) < len(statusWords) {
		return statusWords[s]
	}
	return "status" + strconv.Itoa(int(s))
}

// Words is the status for people: rcodes in capitals, the rest in words.
func (s Status) Words() string {
	switch s {
	case NXDomain, ServFail, Refused:
		return strings.ToUpper(s.String())
	case NoData:
		return "no data"
	case Timeout:
		return "no answer"
	case Invalid:
		return "unusable answer"
	case Loop:
		return "CNAME loop"
	case NotFound:
		return "not found"
	case Skipped:
		return "not asked"
	}
	return s.String()
}

// Absent reports that the record certainly does not exist, so that asking again
// soon is pointless.
func (s Status) Absent() bool { return s == NXDomain || s == NoData || s == NotFound }

// Temporary reports that the lookup failed and a later one may succeed.
func (s Status) Temporary() bool { return s != OK && !s.Absent() }

var (
	_ encoding.TextMarshaler   = OK
	_ encoding.TextUnmarshaler = (*Status)(nil)
)

// MarshalText gives the word of the closed set.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes a word of the closed set and refuses others.
func (s *Status) UnmarshalText(b []byte) error {
	for i, w := range statusWords {
		if w == string(b) {
			*s = Status(i)
			return nil
		}
	}
	return fmt.Errorf("unknown status %s", safetext.Of(string(b)))
}
