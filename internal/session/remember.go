package session

import (
	"context"
	"net/netip"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/failcache"
	"rdnsproxy/resolve"
)

// slowFailure is how long a check must take before its failure is cached: a zone
// that refuses at once delays nobody and can be asked again.
const slowFailure = 100 * time.Millisecond

// updateFailureCache stores how the check of an address failed, if it took long. If
// it succeeded and remembered is set, the stored failure is removed.
func (s *session) updateFailureCache(r *check.Result, won netip.Addr, remembered bool) {
	of := r.Of(won)
	f, failed := failureOf(of)
	switch {
	case failed && r.Timings.Reverse >= slowFailure.Seconds():
		s.reverseFailures.Remember(won, f)
	case remembered && of != nil && of.Verdict != check.Undetermined:
		s.reverseFailures.Forget(won)
	}
}

// rememberCutShort caches that the check of an address took too long, unless it ended
// only because ctx did.
func (s *session) rememberCutShort(ctx context.Context, a netip.Addr) {
	if ctx.Err() == nil {
		s.reverseFailures.Remember(a, failcache.Failure{Status: failcache.CutShort})
	}
}

// failureOf returns the lookup failure that left an address undetermined, if it is
// one to cache. A reverse lookup with too many names is not: it costs no time.
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

// failureWords describes a cached failure for people.
func failureWords(s resolve.Status) string {
	if s == failcache.CutShort {
		return "no answer in time"
	}
	return s.Words()
}

func ago(t time.Time) string { return time.Since(t).Round(time.Second).String() }
