package survey

import (
	"context"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/dialect"
	"rdnsproxy/internal/exit"
	"rdnsproxy/internal/target"
)

// The pauses of --wait. A connection that reached an sshd counts against this
// machine (sshd_config(5), PerSourcePenalties), and after a refusal by sshd it is best
// to stay away until the default penalty has expired. Anything else, such as a port
// that nobody listens on yet, can be retried soon.
const (
	soonAgain  = time.Second
	firstPause = 2 * time.Second
	longPause  = 15 * time.Second
)

// pauses returns a function that maps the result of each try to the pause before the
// next one.
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

// checkUntilPass calls ask once, or under --wait until the target passes or the time
// is up, and returns the last result. Notices say what it waits for. ask must not use
// what the run has seen of an address before since.
func (s *Survey) checkUntilPass(
	ctx context.Context, t target.Target, ask func(since, deadline time.Time) *check.Result,
) *check.Result {
	deadline := time.Now().Add(s.o.Wait)
	last := ""
	var since time.Time // zero for the first try, which may use anything the run has seen
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
		since = time.Now() // another target may connect to the address during the pause
		select {
		case <-time.After(min(pause(r), left)):
		case <-ctx.Done():
			return r
		}
	}
}

// attempt limits one try to --target-timeout, and under --wait to the remaining time,
// but at least to a second, in which a host that is up can answer.
func (s *Survey) attempt(ctx context.Context, deadline time.Time) (context.Context, context.CancelFunc) {
	limit := s.o.TargetTimeout
	if s.o.Wait > 0 {
		if left := max(time.Until(deadline), time.Second); limit == 0 || left < limit {
			limit = left
		}
	}
	if limit == 0 {
		return context.WithCancel(ctx)
	}
	return s.checker.Resolver.WithTimeout(ctx, limit)
}

// passes reports whether check would exit with 0 if this were the only result.
func (s *Survey) passes(r *check.Result) bool {
	var found []check.Severity
	for _, f := range r.Findings {
		found = append(found, f.Severity)
	}
	return dialect.Status(s.o.FailOn, found) == exit.OK
}

// worstText returns the text of the most severe finding.
func worstText(r *check.Result) string {
	worst, text := check.Pass, ""
	for _, f := range r.Findings {
		if f.Severity > worst {
			worst, text = f.Severity, f.Text
		}
	}
	return text
}
