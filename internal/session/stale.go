package session

import (
	"context"
	"net/netip"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/reversecache"
)

// dnsWaitAfterFailure is how long to wait for DNS that recently did not answer about
// a line.
const dnsWaitAfterFailure = 50 * time.Millisecond

// reportPinned reports whether a hosts line written by rdnsproxy is stale, if the
// address is from one; r is what is known so far. It waits for DNS until the deadline;
// an address whose DNS did not answer is cached, as dead reverse zones are, so that the
// next login does not wait again. done means that nothing is left to report.
func (s *session) reportPinned(
	ctx context.Context, r *check.Result, won netip.Addr, until time.Time,
) (done bool) {
	if !r.Pinned {
		return true
	}
	now := time.Now()
	silent := s.memory.of(won).Silent
	remembered := !silent.IsZero()
	if soon := now.Add(dnsWaitAfterFailure); remembered && soon.Before(until) {
		until = soon
	}
	waiting, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	r, known := s.inquiry.Wait(waiting, check.Pins)
	found := s.printPinFindings(r, won)
	line := "cannot tell whether the hosts line for " + subject(s.o.Host, won) + " is still right: "
	switch {
	case known:
		if remembered {
			s.keepLine(won, time.Time{})
		}
	case ctx.Err() != nil || !until.After(now): // there was no wait, so nothing to cache
	case remembered:
		if !found {
			s.voice.Unknown(line + "DNS did not answer " + ago(silent) + " ago; not waiting for it this time")
		}
	default:
		if !found {
			s.voice.Unknown(line + "DNS does not answer")
		}
		s.keepLine(won, now)
	}
	return known
}

// keepLine notes when DNS did not answer about the line that an address is from; zero: it
// has answered.
func (s *session) keepLine(a netip.Addr, silent time.Time) {
	s.memory.note(a, func(r *reversecache.Record) { r.Silent = silent })
}

// printPinFindings reports the findings about the lines that the address is from.
func (s *session) printPinFindings(r *check.Result, won netip.Addr) (found bool) {
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
		found = true
		s.log.finding(f, won)
	}
	return found
}
