//go:build bench

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// fdpass compares a session over a passed descriptor with a direct one: they should be
// the same.
func fdpass(ctx context.Context, s *stage, print func(row)) error {
	runs, err := s.sessions(ctx, up, nil, "fdpass", "direct")
	if err != nil {
		return err
	}
	print(row{what: "session over fdpass", unit: seconds, than: "direct", mark: about(0.05),
		ours: each(runs[0], cost.seconds), theirs: each(runs[1], cost.seconds)})
	left, err := helpersLeft(ctx, s)
	if err != nil {
		return err
	}
	print(row{what: "fdpass, helper processes left", unit: count, mark: atMost(0), absolute: true,
		ours: []float64{float64(left)}})
	return nil
}

// helpersLeft counts ssh's child processes during a session over fdpass.
func helpersLeft(ctx context.Context, s *stage) (int, error) {
	d, err := sshd(ctx, s)
	if err != nil {
		return 0, err
	}
	w := s.ways(d)["fdpass"]
	argv, err := d.client(s, "fdpass", w.host, w.options...)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], append(argv[1:], "echo up; cat")...)
	cmd.Env = s.env("cache")
	complaint := &limited{}
	cmd.Stderr = complaint
	inOwnGroup(cmd)
	stdin, err1 := cmd.StdinPipe()
	stdout, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		return 0, err
	}
	line, readErr := bufio.NewReader(stdout).ReadString('\n')
	children, err := childrenOf(cmd.Process.Pid)
	stdin.Close()
	if waitErr := cmd.Wait(); waitErr != nil || line != "up\n" {
		return 0, fmt.Errorf("session over fdpass: %w: %s", errors.Join(readErr, waitErr), complaint)
	}
	if err != nil {
		return 0, err
	}
	_, err = d.session(ctx)
	return len(children), err
}
