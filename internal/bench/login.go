//go:build bench

package main

import (
	"context"
	"fmt"
)

// login measures ssh host true from its start to its end, with a key and a real sshd. The
// relay has its check on and finds what it knows in the cache, as at every login but the
// first. The others are given the address, so that only the relay looks a name up.
func login(ctx context.Context, s *stage, print func(row)) error {
	d, err := sshd(ctx, s)
	if err != nil {
		return err
	}
	names := []string{"fdpass", "direct", "rdnsproxy", "nc"}
	var contenders []contender
	for _, name := range names {
		c, err := s.loginBy(d, name)
		if err != nil {
			return err
		}
		contenders = append(contenders, c)
	}
	return s.warm(func() error {
		runs, err := takeTurns(ctx, s.logins, contenders...)
		if err != nil {
			return err
		}
		fdpass, direct, pipes, nc := each(runs[0], cost.seconds), each(runs[1], cost.seconds),
			each(runs[2], cost.seconds), each(runs[3], cost.seconds)
		print(row{what: "login over fdpass", unit: seconds, than: "ssh", mark: atMost(1.03), ours: fdpass, theirs: direct})
		print(row{what: "login over pipes", unit: seconds, than: "nc", mark: atMost(1.02), ours: pipes, theirs: nc})
		print(row{what: "login over pipes", unit: seconds, than: "ssh", ours: pipes, theirs: direct})
		return nil
	})
}

// loginBy is the contender that logs in by a way, runs nothing, and says nothing.
func (s *stage) loginBy(d *sshServer, name string) (contender, error) {
	w := s.ways(d)[name]
	ssh, err := d.client(s, "login-"+name, w.host, w.options...)
	if err != nil {
		return contender{}, err
	}
	return contender{name, func(ctx context.Context) (cost, error) {
		c, err := runTree(ctx, s.env("cache"), append(ssh, "true")...)
		if err != nil {
			return c, err
		}
		if e, err := d.session(ctx); err != nil {
			return c, fmt.Errorf("%w; sshd says: %s", err, e.log)
		}
		return c, nil
	}}, nil
}
