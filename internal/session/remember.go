package session

import (
	"context"
	"net/netip"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/failcache"
	"rdnsproxy/resolve"
)

// worthRemembering is how long a check has to take before its failure is
// remembered: a zone that refuses at once stalls nobody, and may be asked again.
const worthRemembering = 100 * time.Millisecond

// learn keeps in memory how the check of an address failed, and drops what was
// kept when it did not.
func (s *session) learn(r *check.Result, won netip.Addr, remembered bool) {
	of := r.Of(won)
	f, failed := failureOf(of)
	switch {
	case failed && r.Timings.Reverse >= worthRemembering.Seconds():
		s.reverseFailures.Remember(won, f)
	case remembered && of != nil && of.Verdict != check.Undetermined:
		s.reverseFailures.Forget(won)
	}
}

// rememberCutShort keeps in memory that the check of an address took too long,
// unless the end of ctx, in which nobody waits any more, was what cut it short.
func (s *session) rememberCutShort(ctx context.Context, a netip.Addr) {
	if ctx.Err() == nil {
		s.reverseFailures.Remember(a, failcache.Failure{Status: failcache.CutShort})
	}
}

// failureOf is the look-up that left an address undetermined, as a fact to
// remember; a set of too many names is none, for it costs no wait.
func failureOf(a *check.Address) (failcache.Failure, bool) {
	if a == nil || a.Verdict != check.Undetermined {
		return failcache.Failure{}, false
	}
	status := a.Reverse.Status
	for _, p := range a.PTR {
		if status == resolve.OK && p.Status.Temporary() {
			status = p.Status
		}
	}
	return failcache.Failure{Status: status}, status != resolve.Skipped && failcache.Keeps(status)
}

// failureWords is a remembered failure for people.
func failureWords(s resolve.Status) string {
	if s == failcache.CutShort {
		return "no answer in time"
	}
	return s.Words()
}

func ago(t time.Time) string { return time.Since(t).Round(time.Second).String() }
