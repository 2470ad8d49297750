//go:build bench

package main

import (
	"context"
	"fmt"
	"strings"
)

// checkWait is the default of --check-wait, in seconds.
const checkWait = 1

// deadZone compares connections to a host whose reverse zone never answers with one to
// a host whose zone does: the first connection waits, the next does not wait.
func deadZone(ctx context.Context, s *stage, print func(row)) error {
	_, alive, err := greeter(s, aliveAddr)
	if err != nil {
		return err
	}
	_, dead, err := greeter(s, deadAddr)
	if err != nil {
		return err
	}
	var first, next []float64
	for round := range s.stalls * 3 {
		env := s.env(fmt.Sprintf("cache.%d", round)) // an empty cache
		var took [3]float64
		for i, visit := range []struct{ host, port, says string }{
			{aliveName, alive, ""},
			{deadName, dead, "the reverse lookup took longer than"},
			{deadName, dead, "not waiting for it"},
		} {
			c, stderr, err := s.short(ctx, env, s.checked(visit.host, visit.port))
			if err != nil {
				return err
			}
			if !strings.Contains(stderr, visit.says) || visit.says == "" && stderr != "" {
				return fmt.Errorf("connection %d should say %q and says %q", i+1, visit.says, stderr)
			}
			took[i] = c.seconds()
		}
		first, next = append(first, took[1]-took[0]), append(next, took[2]-took[0])
	}
	print(row{what: "dead reverse zone, first adds", unit: seconds, mark: atMost(checkWait), absolute: true, ours: first})
	print(row{what: "dead reverse zone, next adds", unit: seconds, mark: atMost(0.01), absolute: true, ours: next})
	return nil
}
