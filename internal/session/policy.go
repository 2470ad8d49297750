package session

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"

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
	Ask    Policy = "ask"    // like Strict, but let the user at the terminal decide instead of refusing
	Off    Policy = "off"    // check nothing
)

// Policies returns every policy.
func Policies() []Policy { return []Policy{Warn, Strict, Ask, Off} }

// judges reports whether a bad mapping keeps the connection from being made.
func (p Policy) judges() bool { return p == Strict || p == Ask }

// judgeAddress is the dialer's Accept hook under strict: a connected address with a
// bad verdict, or with none in time, fails like one that does not answer.
func (s *session) judgeAddress(race context.Context, a netip.AddrPort) error {
	if text, usable := s.judge(race, a.Addr()); !usable {
		return errors.New(text)
	}
	return nil
}

// judge waits for the verdict on an address, and reports whether it is to be used and what
// was found about it.
func (s *session) judge(ctx context.Context, a netip.Addr) (text string, usable bool) {
	waiting, cancel := context.WithTimeout(ctx, s.verdictWait())
	defer cancel()
	r, complete := s.inquiry.Wait(waiting, check.ReverseOf(a))
	s.log.verdict(r, a)
	if complete {
		s.reportKept(r, a)
	} else {
		s.keepCutShort(ctx, a)
	}
	text, usable = s.usable(r, a)
	if complete {
		s.keep(r, a, usable)
	}
	return text, usable
}

// usable reports whether strict uses an address, and what was found about it. Ask uses an
// address with an accepted mapping, and none whose accepted mapping has changed.
func (s *session) usable(r *check.Result, a netip.Addr) (text string, usable bool) {
	text = r.MappingText(a)
	change, known := "", false
	if s.o.Accepted || s.o.Policy == Ask {
		change, known = s.acceptedAs(r, a)
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
	usable = usable && !(s.o.Policy == Ask && change != "")
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

// refused returns a Refusal that says why the policy let no address be used.
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

// refusal is what strict and ask say when they refuse; why has a reason for each address.
func (s *session) refusal(why []string) error {
	if more := len(why) - maxReasons; more > 1 {
		why = append(why[:maxReasons:maxReasons], fmt.Sprintf("and %d more", more))
	}
	return console.Refuse(exit.Found,
		"for details, run: rdnsproxy check "+s.host()+"; use --policy warn to connect anyway",
		"refused by --policy %s: %s", s.o.Policy, strings.Join(why, "; "))
}
