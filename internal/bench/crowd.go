//go:build bench

package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// crowd starts many relays at once, as a tool for many hosts does. Their peer greets and
// ends, and is not an sshd: the key exchanges of so many would hide everything else.
func crowd(ctx context.Context, s *stage, print func(row)) error {
	if err := needs("nc"); err != nil {
		return err
	}
	host, port, err := greeter(s, aliveAddr)
	if err != nil {
		return err
	}
	checked := s.checked(aliveName, port)
	runs, err := takeTurns(ctx, s.crowds,
		s.atOnce("nc", "cache", "", "nc", "-N", host, port),
		s.atOnce("check off", "cache", "", s.unchecked(host, port)...),
		s.atOnce("check on", "cache", "", append(checked[:len(checked):len(checked)], "--no-cache")...),
		s.atOnce("warm cache", "cache", "", checked...))
	if err != nil {
		return err
	}
	for i, how := range []string{"check off", "check on", "warm cache"} {
		what := fmt.Sprintf("%d at once, %s", s.crowd, how)
		print(row{what: what, unit: seconds, than: "nc", ours: each(runs[i+1], cost.seconds), theirs: each(runs[0], cost.seconds)})
		print(row{what: what + ", CPU", unit: seconds, than: "nc", ours: each(runs[i+1], cpuSeconds), theirs: each(runs[0], cpuSeconds)})
	}
	return nil
}

// crowdDeadZone starts many relays at once to a host whose reverse zone never answers. The
// first crowd waits, but for those who begin so late that one has given up; the next knows
// better.
func crowdDeadZone(ctx context.Context, s *stage, print func(row)) error {
	_, port, err := greeter(s, deadAddr)
	if err != nil {
		return err
	}
	var first, next []cost
	for round := range s.stalls * 3 {
		cache := fmt.Sprintf("cache.crowd.%d", round)
		for _, visit := range []struct {
			says string
			to   *[]cost
		}{{"the reverse lookup", &first}, {"not waiting for it", &next}} {
			c, err := s.atOnce("rdnsproxy", cache, visit.says, s.checked(deadName, port)...).run(ctx)
			if err != nil {
				return err
			}
			*visit.to = append(*visit.to, c)
		}
	}
	what, known := fmt.Sprintf("%d at once, dead zone", s.crowd), fmt.Sprintf("%d at once, known dead", s.crowd)
	print(row{what: what, unit: seconds, ours: each(first, cost.seconds)})
	print(row{what: what + ", CPU", unit: seconds, ours: each(first, cpuSeconds)})
	print(row{what: known, unit: seconds, ours: each(next, cost.seconds)})
	print(row{what: known + ", CPU", unit: seconds, ours: each(next, cpuSeconds)})
	return nil
}

func cpuSeconds(c cost) float64 { return c.cpu.Seconds() }

// atOnce is a contender that starts a relay many times over, and ends when all have. Each
// must say what is expected of it, "" for nothing.
func (s *stage) atOnce(name, cache, says string, argv ...string) contender {
	return contender{name, func(ctx context.Context) (all cost, err error) {
		costs, errs := make([]cost, s.crowd), make([]error, s.crowd)
		var crowd sync.WaitGroup
		start := time.Now()
		for i := range s.crowd {
			crowd.Go(func() {
				c, stderr, err := s.short(ctx, s.env(cache), argv)
				if err == nil && (says == "" && stderr != "" || !strings.Contains(stderr, says)) {
					err = fmt.Errorf("it should say %q and says %q", says, stderr)
				}
				costs[i], errs[i] = c, err
			})
		}
		crowd.Wait()
		all.wall = time.Since(start)
		for _, c := range costs {
			all.cpu += c.cpu
		}
		return all, cmp.Or(errs...) // most of them are alike
	}}
}
