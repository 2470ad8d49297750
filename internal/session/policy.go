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

// Policy says what a bad mapping means for the connection.
type Policy string

const (
	Warn   Policy = "warn"   // say so and connect
	Strict Policy = "strict" // use only addresses that are ok or a notice
	Off    Policy = "off"    // check nothing
)

// Policies are all there are.
func Policies() []Policy { return []Policy{Warn, Strict, Off} }

// strictReserve is what strict leaves of ConnectTimeout for saying why it refuses.
const strictReserve = 500 * time.Millisecond

// accept is strict's judgement of an address that has connected: what is bad, or
// not known in time, fails like an address that does not answer.
func (s *session) accept(race context.Context, a netip.AddrPort) error {
	wait := s.o.CheckTimeout
	if left, limited := s.connectLeft(); limited {
		wait = min(wait, left-strictReserve)
	}
	ctx, cancel := context.WithTimeout(race, max(wait, 0))
	defer cancel()
	r, complete := s.inquiry.Wait(ctx, check.ReverseOf(a.Addr()))
	s.log.verdict(r, a.Addr())
	if complete {
		s.learn(r, a.Addr(), true)
	} else {
		s.rememberCutShort(race, a.Addr())
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

// rejected reports whether the policy was what kept the race from being won.
func rejected(e *dial.Error) bool {
	for _, f := range e.Failures {
		if f.Reason == dial.Rejected {
			return true
		}
	}
	return false
}

// reasons is how many addresses a refusal speaks of: it is one line, and strangers
// decide how many there are.
const reasons = 3

// refused says why strict used no address.
func (s *session) refused(e *dial.Error) error {
	var why []string
	for i, f := range e.Failures {
		switch {
		case i == reasons && len(e.Failures) > reasons+1:
			why = append(why, fmt.Sprintf("and %d more", len(e.Failures)-i))
		case i > reasons:
		case f.Reason == dial.Rejected:
			why = append(why, f.Err.Error())
		default:
			why = append(why, f.Error())
		}
	}
	return console.Refuse(exit.Found, "for details, run: rdnsproxy check "+s.host()+"; use --policy warn to connect anyway",
		"refused by --policy strict: %s", strings.Join(why, "; "))
}
