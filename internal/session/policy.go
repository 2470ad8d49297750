package session

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
	"rdnsproxy/proxy/dial"
)

// Policy decides what a bad mapping means for the connection.
type Policy string

const (
	Warn   Policy = "warn"   // report it and connect; so does a zero Policy
	Strict Policy = "strict" // use only addresses whose worst finding is a notice
	Off    Policy = "off"    // check nothing
)

// Policies returns every policy.
func Policies() []Policy { return []Policy{Warn, Strict, Off} }

// judgeAddress is the dialer's Accept hook under strict: a connected address with a
// bad verdict, or with none in time, fails like one that does not answer.
func (s *session) judgeAddress(race context.Context, a netip.AddrPort) error {
	ctx, cancel := context.WithTimeout(race, s.budget.strictWait(time.Now(), s.o.CheckTimeout))
	defer cancel()
	r, complete := s.inquiry.Wait(ctx, check.ReverseOf(a.Addr()))
	s.log.verdict(r, a.Addr())
	if complete {
		s.reportKept(r, a.Addr())
	} else {
		s.keepCutShort(race, a.Addr())
	}
	text := r.MappingText(a.Addr())
	if s.o.Accepted {
		change, known := s.acceptedAs(r, a.Addr())
		if known {
			return nil
		}
		if change != "" {
			text += "; it no longer matches the accepted mapping: " + change
		}
	}
	of := r.Of(a.Addr())
	usable := of != nil && of.Severity <= check.Notice
	if misled := s.inquiry.Misled(a.Addr()); usable && of.Verdict != check.Exact && misled != "" {
		usable, text = false, misled
	}
	if complete {
		s.keep(r, a.Addr(), usable)
	}
	if !usable {
		if s.o.Verbose {
			s.voice.Notice("not used: " + text)
		}
		return errors.New(text)
	}
	if s.o.Verbose {
		s.voice.Notice(text)
	}
	return nil
}

// rejected reports whether the policy rejected any address.
func rejected(e *dial.Error) bool {
	for _, f := range e.Failures {
		if f.Reason == dial.Rejected {
			return true
		}
	}
	return false
}

// maxReasons is how many addresses a refusal explains: it is a single line, and DNS
// decides how many addresses there are.
const maxReasons = 3

// refused returns a Refusal that says why strict used no address.
func (s *session) refused(e *dial.Error) error {
	var why []string
	for i, f := range e.Failures {
		switch {
		case i == maxReasons && len(e.Failures) > maxReasons+1:
			why = append(why, fmt.Sprintf("and %d more", len(e.Failures)-i))
		case i > maxReasons:
		case f.Reason == dial.Rejected:
			why = append(why, f.Err.Error())
		default:
			why = append(why, f.Error())
		}
	}
	return console.Refuse(exit.Found,
		"for details, run: rdnsproxy check "+s.host()+"; use --policy warn to connect anyway",
		"refused by --policy strict: %s", strings.Join(why, "; "))
}
