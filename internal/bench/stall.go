//go:build bench

package main

import (
	"context"
	"io"
	"syscall"
	"time"
)

// stallFor is how long the reader stalls.
const stallFor = 3 * time.Second

// stalledReader measures the CPU time of a relay, including startup, whose peer sends
// at full speed while its reader stalls.
func stalledReader(ctx context.Context, s *stage, print func(row)) error {
	if err := needs("nc"); err != nil {
		return err
	}
	stall := func(name string, argv func(host, port string) []string) contender {
		return contender{name, func(ctx context.Context) (cost, error) { return s.stall(ctx, argv) }}
	}
	runs, err := takeTurns(ctx, s.stalls, stall("rdnsproxy", s.unchecked), stall("nc", ncNetwork))
	if err != nil {
		return err
	}
	cpu := func(c cost) float64 { return c.cpu.Seconds() }
	print(row{what: "reader stalled for 3 s, CPU s", unit: seconds, than: "nc", mark: atMost(0.05), absolute: true,
		ours: each(runs[0], cpu), theirs: each(runs[1], cpu)})
	return nil
}

func (s *stage) stall(ctx context.Context, argv func(host, port string) []string) (cost, error) {
	r, err := s.relay(ctx, argv)
	if err != nil {
		return cost{}, err
	}
	go func() {
		for block := make([]byte, chunk); ; {
			if _, err := r.peer.Write(block); err != nil {
				return
			}
		}
	}()
	io.ReadFull(r.read, make([]byte, chunk)) // data is flowing
	select {
	case <-time.After(stallFor):
	case <-ctx.Done():
	}
	// ssh ends its ProxyCommand in this way. It kills nc, which is fine too.
	r.cmd.Process.Signal(syscall.SIGHUP)
	cpu, _ := r.end()
	return cost{wall: stallFor, cpu: cpu}, ctx.Err()
}
