//go:build bench

package main

import (
	"context"
	"fmt"
	"strings"
)

// disconnect counts the sessions whose sshd received SSH_MSG_DISCONNECT: without it,
// sshd logs that the connection was lost.
func disconnect(ctx context.Context, s *stage, print func(row)) error {
	d, err := sshd(ctx, s)
	if err != nil {
		return err
	}
	heard := map[string]float64{}
	for range s.goodbyes {
		for _, name := range []string{"rdnsproxy", "nc"} {
			w := s.ways(d)[name]
			ssh, err := d.client(s, name, w.host, w.options...)
			if err != nil {
				return err
			}
			if _, err := runTree(ctx, s.env("cache"), append(ssh, "true")...); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			e, err := d.session(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if strings.Contains(e.log, ":11: disconnected by user") {
				heard[name]++
			}
		}
	}
	print(row{what: fmt.Sprintf("DISCONNECT reaches sshd, of %d", s.goodbyes), unit: count, than: "nc",
		mark: atLeast(float64(s.goodbyes)), absolute: true,
		ours: []float64{heard["rdnsproxy"]}, theirs: []float64{heard["nc"]}})
	return nil
}
