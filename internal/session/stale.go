package session

import (
	"context"
	"net/netip"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/failcache"
)

// dnsWaitAfterFailure is how long DNS is waited for that kept silent lately about a line.
const dnsWaitAfterFailure = 50 * time.Millisecond

// reportPinned says of an address that is from a line of rdnsproxy's whether the line
// has gone stale; r is what is known by now. DNS that does not answer by then is waited
// for once, as dead reverse zones are. It reports whether nothing is left to be said.
func (s *session) reportPinned(ctx context.Context, r *check.Result, won netip.Addr, until time.Time) bool {
	if !r.Pinned {
		return true
	}
	now := time.Now()
	silence, remembered := s.pinFailures.Recall(won)
	if soon := now.Add(dnsWaitAfterFailure); remembered && soon.Before(until) {
		until = soon
	}
	waiting, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	r, known := s.inquiry.Wait(waiting, check.Pins)
	said := s.printPinFindings(r, won)
	line := "cannot tell whether the hosts line for " + subject(s.o.Host, won) + " is still right: "
	switch {
	case known:
		if remembered {
			s.pinFailures.Forget(won)
		}
	case ctx.Err() != nil || !until.After(now): // nobody has waited
	case remembered:
		if !said {
			s.voice.Unknown(line + "DNS did not answer " + ago(silence.At) + " ago; not waiting for it this time")
		}
	default:
		if !said {
			s.voice.Unknown(line + "DNS does not answer")
		}
		s.pinFailures.Remember(won, failcache.Failure{Status: failcache.CutShort})
	}
	return known
}

// printPinFindings says what was found of the lines that the address is from.
func (s *session) printPinFindings(r *check.Result, won netip.Addr) (said bool) {
	for _, f := range r.Findings {
		switch {
		case !f.Code.Pin():
			continue
		case f.Severity >= check.Warning:
			s.voice.WarningWithHint(f.Text, "for what to do, run: rdnsproxy hosts verify")
		case f.Severity == check.Unknown:
			s.voice.Unknown(f.Text)
		case s.o.Verbose:
			s.voice.Notice(f.Text)
		}
		said = true
		s.log.finding(f, won)
	}
	return said
}
