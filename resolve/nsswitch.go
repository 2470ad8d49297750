package resolve

import (
	"fmt"
	"io"
	"strings"
)

// Service is one source of nsswitch.conf's hosts line: a module, and what comes
// after it.
type Service struct {
	Module string
	Stop   Outcomes // the outcomes that end the look-up here: [STATUS=return]. OnSuccess always does
}

// Outcomes is a set of the ways in which a module ends.
type Outcomes uint8

// The four of nsswitch.conf(5).
const (
	OnSuccess  Outcomes = 1 << iota // it has an answer
	OnNotFound                      // it says that there is none
	OnUnavail                       // it is not there, or nobody answers it
	OnTryAgain                      // it could not find out now
)

const anyOutcome = OnSuccess | OnNotFound | OnUnavail | OnTryAgain

var outcomeWords = map[string]Outcomes{"SUCCESS": OnSuccess, "NOTFOUND": OnNotFound, "UNAVAIL": OnUnavail, "TRYAGAIN": OnTryAgain}

// defaultServices is glibc's order where nsswitch.conf says nothing about hosts.
// Nobody changes it.
var defaultServices = []Service{{Module: "files", Stop: OnSuccess}, {Module: "dns", Stop: OnSuccess}}

// ParseNSSwitch reads the hosts line of nsswitch.conf; without one glibc's
// default stands, and of several the last one counts. An action that is not
// understood is an error, as in glibc, where every look-up fails then; so is a
// file that is too long or cannot be read.
func ParseNSSwitch(r io.Reader) ([]Service, error) {
	text, err := readConfig(r)
	if err != nil {
		return nil, err
	}
	services := defaultServices
	n := 0
	for line := range strings.Lines(text) {
		n++
		line, _, _ = strings.Cut(strings.TrimRight(line, "\r\n"), "#")
		database, rest, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(database) != "hosts" {
			continue
		}
		if services, err = parseServices(rest); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	return services, nil
}

// parseServices reads "files mdns4_minimal [NOTFOUND=return] dns".
func parseServices(s string) ([]Service, error) {
	services := []Service{}
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		if s[0] != '[' {
			end := strings.IndexAny(s, " \t\v\f[")
			if end < 0 {
				end = len(s)
			}
			services = append(services, Service{Module: s[:end], Stop: OnSuccess})
			s = s[end:]
			continue
		}
		actions, rest, ok := strings.Cut(s[1:], "]")
		if !ok {
			return nil, fmt.Errorf("%s has no end", quote(s))
		}
		if len(services) == 0 {
			return nil, fmt.Errorf("%s stands before any source", quote(s))
		}
		if err := services[len(services)-1].act(actions); err != nil {
			return nil, err
		}
		s = rest
	}
	return services, nil
}

// act applies the inside of one [ ]: STATUS=action, parted by white space, with
// an optional "!" that means every other status.
func (s *Service) act(actions string) error {
	actions = strings.ReplaceAll(actions, "=", " = ")
	words := strings.Fields(actions)
	for ; len(words) > 0; words = words[min(3, len(words)):] {
		pair := strings.Join(words[:min(3, len(words))], "")
		status, action, _ := strings.Cut(strings.ToUpper(pair), "=")
		status, others := strings.CutPrefix(status, "!")
		set, ok := outcomeWords[status]
		if !ok {
			return fmt.Errorf("unknown status in action %s", quote(pair))
		}
		if others {
			set = anyOutcome &^ set
		}
		switch action {
		case "RETURN":
			s.Stop |= set
		case "CONTINUE", "MERGE": // merge is for groups; for hosts it goes on
			s.Stop &^= set
		default:
			return fmt.Errorf("unknown action %s", quote(pair))
		}
	}
	return nil
}
