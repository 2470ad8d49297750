package resolve

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Service is one source of nsswitch.conf's hosts line: a module and its actions.
type Service struct {
	Module string
	Stop   Outcomes // the outcomes that end the lookup here: [STATUS=return]
	Merge  Outcomes // [STATUS=merge]: hosts cannot be merged, so libc's lookup fails
}

// Outcomes is a set of the ways in which a module can end.
type Outcomes uint8

// The four of nsswitch.conf(5).
const (
	OnSuccess  Outcomes = 1 << iota // it has an answer
	OnNotFound                      // it says that there is no answer
	OnUnavail                       // it is not there, or its server does not answer
	OnTryAgain                      // a temporary failure
)

const anyOutcome = OnSuccess | OnNotFound | OnUnavail | OnTryAgain

var outcomeWords = map[string]Outcomes{
	"SUCCESS": OnSuccess, "NOTFOUND": OnNotFound, "UNAVAIL": OnUnavail, "TRYAGAIN": OnTryAgain,
}

// defaultServices is glibc's order if nsswitch.conf has no hosts line. It is not to
// be changed.
var defaultServices = []Service{{Module: "files", Stop: OnSuccess}, {Module: "dns", Stop: OnSuccess}}

// databases are the lines of nsswitch.conf that glibc reads (its databases.def). An
// error in one of them makes glibc refuse the file.
var databases = map[string]bool{
	"aliases": true, "ethers": true, "group": true, "group_compat": true, "gshadow": true, "gshadow_compat": true,
	"hosts": true, "initgroups": true, "netgroup": true, "networks": true, "passwd": true, "passwd_compat": true,
	"protocols": true, "publickey": true, "rpc": true, "services": true, "shadow": true, "shadow_compat": true,
}

// errNSSwitch: glibc refuses the file and looks nothing up.
var errNSSwitch = errors.New("glibc resolves no host until this line is fixed")

// white is the white space of isspace in the C locale.
const white = " \t\n\v\f\r"

// ParseNSSwitch reads the hosts line of nsswitch.conf as glibc's
// nss_database.c and nss_action_parse.c do. Without one glibc's default applies; of
// several the last one counts. A "#" does not begin a comment, but a line that starts
// with one is ignored because no database has such a name. An unknown action, in the
// line of any database, is an error that wraps errNSSwitch: every lookup fails then.
// A file that is too long or cannot be read is an error too.
func ParseNSSwitch(r io.Reader) ([]Service, error) {
	text, err := readConfig(r)
	if err != nil {
		return nil, err
	}
	services := defaultServices
	n := 0
	for line := range strings.Lines(text) {
		n++
		line, _, _ = strings.Cut(line, "\x00")
		line = strings.TrimLeft(line, white)
		end := strings.IndexAny(line, white+":")
		if end <= 0 || !databases[line[:end]] {
			continue
		}
		list, err := parseServices(strings.TrimLeft(line[end:], white+":"))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w: %w", n, err, errNSSwitch)
		}
		if line[:end] == "hosts" {
			services = list
		}
	}
	return services, nil
}

// parseServices reads "files mdns4_minimal [NOTFOUND=return] dns". A "[" in place of
// a source ends the list without an error.
func parseServices(s string) ([]Service, error) {
	services := []Service{}
	for s = strings.Trim(s, white); s != "" && s[0] != '['; s = strings.TrimLeft(s, white) {
		end := strings.IndexAny(s, white+"[")
		if end < 0 {
			end = len(s)
		}
		service := Service{Module: s[:end], Stop: OnSuccess}
		if s = strings.TrimLeft(s[end:], white); strings.HasPrefix(s, "[") {
			actions, rest, ok := strings.Cut(s[1:], "]")
			if !ok {
				return nil, fmt.Errorf("unterminated action %s", quote(s))
			}
			if err := service.act(actions); err != nil {
				return nil, err
			}
			s = rest
		}
		services = append(services, service)
	}
	return services, nil
}

// act applies the content of one [ ]: one or more STATUS=action, separated by white
// space. A "!" before STATUS means every other status.
func (s *Service) act(actions string) error {
	rest := strings.Trim(actions, white)
	for first := true; first || rest != ""; first = false {
		status, after := word(rest)
		after, ok := strings.CutPrefix(after, "=")
		action, next := word(strings.TrimLeft(after, white))
		pair := strings.TrimSpace(rest[:len(rest)-len(next)])
		name, others := strings.CutPrefix(strings.ToUpper(status), "!")
		set := outcomeWords[name]
		if !ok || set == 0 {
			return fmt.Errorf("unknown status in action %s", quote(pair))
		}
		if others {
			set = anyOutcome &^ set
		}
		s.Stop, s.Merge = s.Stop&^set, s.Merge&^set
		switch strings.ToUpper(action) {
		case "RETURN":
			s.Stop |= set
		case "MERGE":
			s.Merge |= set
		case "CONTINUE":
		default:
			return fmt.Errorf("unknown action %s", quote(pair))
		}
		rest = next
	}
	return nil
}

// word splits s at the first white space or "=" and trims the rest.
func word(s string) (first, rest string) {
	end := strings.IndexAny(s, white+"=")
	if end < 0 {
		return s, ""
	}
	return s[:end], strings.TrimLeft(s[end:], white)
}
