package session

import (
	"time"

	"rdnsproxy/internal/parent"
	"rdnsproxy/internal/target"
)

const (
	// maxErrorReserve is the largest part of ssh's ConnectTimeout that is kept for
	// reporting the failure before ssh does.
	maxErrorReserve = 500 * time.Millisecond

	// strictReserve is the part of ConnectTimeout that strict keeps for reporting why it
	// refuses.
	strictReserve = 500 * time.Millisecond
)

// budget is how long a login may be kept waiting. The zero budget has no limit.
type budget struct {
	connectBy time.Time // the deadline for connecting, lookups included; zero means none
	sshEnds   time.Time // a little before ssh itself gives up; zero if it does not
}

// newBudget returns the budget of a session that began at started. ssh started its
// ProxyCommand, which was a shell at first, at helper.
//
// With pipes ssh applies ConnectTimeout as well, from the start of its ProxyCommand
// to the end of the server's identification, and then reports a "banner exchange"
// with "UNKNOWN port 65535". So connecting ends a little earlier, with an error that
// names the address that did not answer. With fdpass ssh waits without a limit.
func newBudget(set target.Settings, fdpass bool, started time.Time, helper func() time.Time) budget {
	var by, ends time.Time
	if t := set.ConnectTimeout; t > 0 {
		by = started.Add(t)
	}
	if t := set.SSHTimeout; t > 0 && !fdpass {
		early := helper().Add(t - min(t/10, maxErrorReserve))
		if early.Before(by) || by.IsZero() {
			by = early
		}
		ends = early
	}
	return budget{by, ends}
}

// again returns the budget of a second attempt to connect, which begins now: connecting may
// take as long as at first, unless ssh gives up before.
func (b budget) again(set target.Settings, now time.Time) budget {
	var by time.Time
	if t := set.ConnectTimeout; t > 0 {
		by = now.Add(t)
	}
	if !b.sshEnds.IsZero() && (by.IsZero() || b.sshEnds.Before(by)) {
		by = b.sshEnds
	}
	return budget{by, b.sshEnds}
}

// left returns the time left to connect.
func (b budget) left(now time.Time) (left time.Duration, limited bool) {
	return b.connectBy.Sub(now), !b.connectBy.IsZero()
}

// checkUntil returns when an established connection stops waiting for findings:
// after wait, but at the latest after half the time left to connect.
func (b budget) checkUntil(now time.Time, wait time.Duration) time.Time {
	if left, limited := b.left(now); limited {
		wait = min(wait, left/2)
	}
	return now.Add(max(wait, 0))
}

// strictWait returns how long strict waits for the verdict on an address: timeout at
// most, and no longer than leaves time to say why it refuses.
func (b budget) strictWait(now time.Time, timeout time.Duration) time.Duration {
	if left, limited := b.left(now); limited {
		timeout = min(timeout, left-strictReserve)
	}
	return max(timeout, 0)
}

// startedBySSH returns when ssh started this process, which was a shell at first; if
// that is not known, when the session began.
func (s *session) startedBySSH() time.Time {
	if age, known := processAge(); known && parent.IsSSH() {
		return time.Now().Add(-age)
	}
	return s.started
}

// checkUntil is budget.checkUntil for --check-wait from now on.
func (s *session) checkUntil() time.Time { return s.budget.checkUntil(time.Now(), s.o.CheckWait) }
