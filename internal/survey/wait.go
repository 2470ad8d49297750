package survey

import (
	"context"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/report"
	"rdnsproxy/internal/target"
)

// The pauses of --wait. A connection that reached an sshd counts against this
// machine (sshd_config(5), PerSourcePenalties), and who was turned away had better
// stay away until the default penalty has run off; all else, a port that nobody
// listens on yet for one, may be tried again soon.
const (
	soonAgain  = time.Second
	firstPause = 2 * time.Second
	longPause  = 15 * time.Second
)

// pauses gives the pause before the next try, for the result of the last.
func pauses() func(*check.Result) time.Duration {
	next := firstPause
	return func(r *check.Result) time.Duration {
		reached, away := false, false
		for _, a := range r.Addresses {
			reached = reached || a.Connect != nil && a.Connect.Status == check.ConnectOK
		}
		for _, f := range r.Findings {
			away = away || f.Code == check.SSHTurnedAway
		}
		switch {
		case away:
			return longPause
		case !reached:
			return soonAgain
		}
		pause := next
		next = min(2*next, longPause)
		return pause
	}
}

// untilItPasses asks once, or under --wait again until the target passes or the
// time is up; the last result stands. People see what it waits for. What was seen
// of an address before since is not to be taken for what is there now.
func (s *Survey) untilItPasses(ctx context.Context, t target.Target, ask func(since, deadline time.Time) *check.Result) *check.Result {
	deadline := time.Now().Add(s.o.Wait)
	last := ""
	var since time.Time // of the first try: whatever the run has seen
	for pause := pauses(); ; {
		r := ask(since, deadline)
		left := time.Until(deadline)
		if s.passes(r) || s.o.Wait == 0 || ctx.Err() != nil {
			return r
		}
		why := worstText(r)
		if left <= 0 {
			s.progress.Clear()
			s.voice.Notice("gave up waiting for " + check.PlainHost(t.Host) + " after " + s.o.Wait.String() + ": " + why)
			return r
		}
		if why != last {
			s.progress.Clear()
			s.voice.Notice("waiting for " + check.PlainHost(t.Host) + ": " + why)
			last = why
		}
		since = time.Now() // another target may look meanwhile
		select {
		case <-time.After(min(pause(r), left)):
		case <-ctx.Done():
			return r
		}
	}
}

// attempt bounds one try: by --target-timeout, and under --wait by what is left of
// that, but a second at least, in which a host that is up can answer.
func (s *Survey) attempt(ctx context.Context, deadline time.Time) (context.Context, context.CancelFunc) {
	limit := s.o.TargetTimeout
	if s.o.Wait > 0 {
		limit = min(limit, max(time.Until(deadline), time.Second))
	}
	return context.WithTimeout(ctx, limit)
}

// passes reports whether a result alone would make check exit with 0.
func (s *Survey) passes(r *check.Result) bool {
	var found []check.Severity
	for _, f := range r.Findings {
		found = append(found, f.Severity)
	}
	return report.Status(s.o.FailOn, found) == exit.OK
}

// worstText is the worst of what was found.
func worstText(r *check.Result) string {
	worst, text := check.Pass, ""
	for _, f := range r.Findings {
		if f.Severity > worst {
			worst, text = f.Severity, f.Text
		}
	}
	return text
}
