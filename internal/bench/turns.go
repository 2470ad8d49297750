//go:build bench

package main

import (
	"context"
	"fmt"
	"time"
)

// patience is how long a run may take before it counts as hanging.
const patience = 30 * time.Minute

// contender is a way to do what is measured.
type contender struct {
	name string
	run  func(context.Context) (cost, error)
}

// takeTurns runs the contenders one after the other, rounds times, after a round that
// does not count. Each round starts with a different one, so that none always runs
// right after the same other. The result is in the order of the contenders.
func takeTurns(ctx context.Context, rounds int, contenders ...contender) ([][]cost, error) {
	runs := make([][]cost, len(contenders))
	for round := -1; round < rounds; round++ {
		for i := range contenders {
			i := (i + round + len(contenders)) % len(contenders)
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			c, err := contenders[i].patiently(ctx)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", contenders[i].name, err)
			}
			if round >= 0 {
				runs[i] = append(runs[i], c)
			}
		}
	}
	return runs, nil
}

func (c contender) patiently(ctx context.Context) (cost, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return c.run(ctx)
}
