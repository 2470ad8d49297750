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
	text, usable := s.usable(r, a.Addr())
	if complete {
		s.keep(r, a.Addr(), usable)
	}
	if !usable {
		return errors.New(text)
	}
	return nil
}

// usable reports whether strict uses an address, and what was found about it.
func (s *session) usable(r *check.Result, a netip.Addr) (text string, usable bool) {
	text = r.MappingText(a)
	if s.o.Accepted {
		change, known := s.acceptedAs(r, a)
		if known {
			return text, true
		}
		if change != "" {
			text += "; it no longer matches the accepted mapping: " + change
		}
	}
	usable, misled := s.agrees(r, a)
	if misled != "" {
		text = misled
	}
	switch {
	case !s.o.Verbose:
	case usable:
		s.voice.Notice(text)
	default:
		s.voice.Notice("not used: " + text)
	}
	return text, usable
}

// agrees reports whether the mapping of an address is one that strict uses. misled says why
// it does not use it although the verdict is good.
func (s *session) agrees(r *check.Result, a netip.Addr) (good bool, misled string) {
	of := r.Of(a)
	if of == nil || of.Severity > check.Notice {
		return false, ""
	}
	if of.Verdict != check.Exact {
		misled = s.inquiry.Misled(a)
	}
	return misled == "", misled
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
	for _, f := range e.Failures {
		if f.Reason == dial.Rejected {
			why = append(why, f.Err.Error())
		} else {
			why = append(why, f.Error())
		}
	}
	return s.refusal(why)
}

// refusal is what strict says when it refuses; why has a reason for each address.
func (s *session) refusal(why []string) error {
	if more := len(why) - maxReasons; more > 1 {
		why = append(why[:maxReasons:maxReasons], fmt.Sprintf("and %d more", more))
	}
	return console.Refuse(exit.Found,
		"for details, run: rdnsproxy check "+s.host()+"; use --policy warn to connect anyway",
		"refused by --policy strict: %s", strings.Join(why, "; "))
}
