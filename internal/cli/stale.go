package cli

import (
	"context"
	"net/netip"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/memory"
)

// glimpse is how long DNS is waited for that kept silent lately about a line.
const glimpse = 50 * time.Millisecond

// tellOfLine says of an address that is from a line of rdnsproxy's whether the line
// has gone stale. DNS that does not answer within the budget is waited for once, as
// dead reverse zones are. It reports whether there is nothing left to be told.
func (s *session) tellOfLine(ctx context.Context, won netip.Addr, budget time.Duration) bool {
	if !s.inquiry.Pinned() {
		return true
	}
	silence, remembered := s.lines.Recall(won)
	if remembered {
		budget = min(budget, glimpse)
	}
	waiting, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	r, known := s.inquiry.WithDNS(waiting)
	said := s.sayOfLine(r, won)
	line := "whether the hosts line of " + subject(s.operands.host, won) + " is still right "
	switch {
	case known:
		if remembered {
			s.lines.Forget(won)
		}
	case ctx.Err() != nil || budget <= 0: // nobody has waited
	case remembered:
		if !said {
			s.voice.unknown(line + "could not be found out " + ago(silence.At) + " ago: not waiting for DNS")
		}
	default:
		if !said {
			s.voice.unknown(line + "could not be found out: DNS does not answer")
		}
		s.lines.Remember(won, memory.Failure{Status: memory.CutShort})
	}
	return known
}

// sayOfLine says what was found of the lines that the address is from.
func (s *session) sayOfLine(r *check.Result, won netip.Addr) (said bool) {
	for _, f := range r.Findings {
		switch {
		case !f.Code.Pin():
			continue
		case f.Severity >= check.Warning:
			s.voice.warningWithHint(f.Text, "'rdnsproxy hosts verify' tells what to do")
		case f.Severity == check.Unknown:
			s.voice.unknown(f.Text)
		case s.flags.verbose:
			s.voice.notice(f.Text)
		}
		said = true
		s.log.finding(f, won)
	}
	return said
}
