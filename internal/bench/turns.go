//go:build bench

package main

import (
	"context"
	"fmt"
	"time"
)

// patience is long enough to be sure that a run hangs.
const patience = 5 * time.Minute

// contender is one way to do what is measured.
type contender struct {
	name string
	run  func(context.Context) (cost, error)
}

// takeTurns runs the contenders one after the other, rounds times, after a round
// that does not count. Each round begins with another one, so that none always
// runs in the same one's wake. The result has the order of the contenders.
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
