package cli

import (
	"context"
	"time"

	"rdnsproxy/check"
)

// The pauses of --wait: short at first, for what is about to come up, then
// longer, for what takes its time.
const (
	firstPause = 500 * time.Millisecond
	longPause  = 10 * time.Second
)

// untilItPasses asks once, or under --wait again until the target passes or the
// time is up; the last result stands. People see what it waits for.
func (s *survey) untilItPasses(ctx context.Context, t target, ask func(deadline time.Time) *check.Result) *check.Result {
	deadline := time.Now().Add(s.f.wait.d)
	last := ""
	for pause := firstPause; ; pause = min(2*pause, longPause) {
		r := ask(deadline)
		left := time.Until(deadline)
		if s.passes(r) || s.f.wait.d == 0 || ctx.Err() != nil {
			return r
		}
		why := worstText(r)
		if left <= 0 {
			s.progress.clear()
			s.voice.notice("gave up waiting for " + check.PlainHost(t.Host) + " after " + s.f.wait.d.String() + ": " + why)
			return r
		}
		if why != last {
			s.progress.clear()
			s.voice.notice("waiting for " + check.PlainHost(t.Host) + ": " + why)
			last = why
		}
		select {
		case <-time.After(min(pause, left)):
		case <-ctx.Done():
			return r
		}
	}
}

// attempt bounds one try under --wait by what is left of it, and by a second at
// least, in which a host that is up can answer.
func (s *survey) attempt(ctx context.Context, deadline time.Time) (context.Context, context.CancelFunc) {
	if s.f.wait.d == 0 {
		return ctx, func() {} // a check leaves nothing behind
	}
	return context.WithTimeout(ctx, max(time.Until(deadline), time.Second))
}

// passes reports whether a result alone would make check exit with 0.
func (s *survey) passes(r *check.Result) bool {
	sum := tally{failOn: s.f.failOn.severity}
	for _, f := range r.Findings {
		sum.add(f.Severity)
	}
	return sum.status() == statusPass
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
