package session

import (
	"testing"
	"time"

	"rdnsproxy/internal/target"
)

// TestBudget: what ConnectTimeout and --connect-timeout leave for connecting, for the
// wait for a verdict, and under strict.
func TestBudget(t *testing.T) {
	began := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	helper := func() time.Time { return began.Add(-200 * time.Millisecond) } // a shell came first
	const s, ms = time.Second, time.Millisecond
	for name, c := range map[string]struct {
		own, ssh time.Duration // --connect-timeout, else ConnectTimeout; ConnectTimeout
		fdpass   bool
		late     time.Duration // after began
		left     time.Duration
		unlimit  bool
		check    time.Duration // of a --check-wait of 1 s
		strict   time.Duration // of a --check-timeout of 5 s
	}{
		"none":                        {unlimit: true, check: s, strict: 5 * s},
		"ConnectTimeout 30":           {own: 30 * s, ssh: 30 * s, left: 29300 * ms, check: s, strict: 5 * s},
		"ConnectTimeout 1":            {own: s, ssh: s, left: 700 * ms, check: 350 * ms, strict: 200 * ms},
		"ConnectTimeout 1, fdpass":    {own: s, ssh: s, fdpass: true, left: s, check: 500 * ms, strict: 500 * ms},
		"flag below ConnectTimeout":   {own: 2 * s, ssh: 30 * s, left: 2 * s, check: s, strict: 1500 * ms},
		"flag above ConnectTimeout":   {own: 30 * s, ssh: 4 * s, left: 3400 * ms, check: s, strict: 2900 * ms},
		"flag alone":                  {own: 3 * s, left: 3 * s, check: s, strict: 2500 * ms},
		"ConnectTimeout alone":        {ssh: 10 * s, left: 9300 * ms, check: s, strict: 5 * s},
		"most of it spent":            {own: 3 * s, late: 2 * s, left: s, check: 500 * ms, strict: 500 * ms},
		"less left than strict keeps": {own: 3 * s, late: 2700 * ms, left: 300 * ms, check: 150 * ms},
		"over":                        {own: 3 * s, late: 4 * s, left: -s},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBudget(target.Settings{ConnectTimeout: c.own, SSHTimeout: c.ssh}, c.fdpass, began, helper)
			now := began.Add(c.late)
			if left, limited := b.left(now); limited == c.unlimit || limited && left != c.left {
				t.Errorf("left %v, limited %t", left, limited)
			}
			if wait := b.checkUntil(now, s).Sub(now); wait != c.check {
				t.Errorf("waits %v for a verdict, want %v", wait, c.check)
			}
			if wait := b.strictWait(now, 5*s); wait != c.strict {
				t.Errorf("strict waits %v, want %v", wait, c.strict)
			}
		})
	}
}

// After a question connecting has its time again, but no longer than ssh waits.
func TestBudgetAgain(t *testing.T) {
	began := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	helper := func() time.Time { return began }
	const s = time.Second
	for name, c := range map[string]struct {
		own, ssh time.Duration
		fdpass   bool
		left     time.Duration // a minute later; 0: no limit
	}{
		"none":                {},
		"fdpass":              {own: 5 * s, ssh: 5 * s, fdpass: true, left: 5 * s},
		"flag alone":          {own: 5 * s, left: 5 * s},
		"ssh waits":           {own: 100 * s, ssh: 100 * s, left: 39500 * time.Millisecond},
		"ssh waits long":      {own: 10 * s, ssh: 100 * s, left: 10 * s},
		"ssh has given up":    {own: 30 * s, ssh: 30 * s, left: -30500 * time.Millisecond},
		"ssh alone has a say": {ssh: 100 * s, left: 39500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			set := target.Settings{ConnectTimeout: c.own, SSHTimeout: c.ssh}
			now := began.Add(time.Minute)
			left, limited := newBudget(set, c.fdpass, began, helper).again(set, now).left(now)
			if limited != (c.left != 0) || limited && left != c.left {
				t.Errorf("left %v, limited %t", left, limited)
			}
		})
	}
}
