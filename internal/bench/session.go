//go:build bench

package main

import (
	"context"
	"fmt"
	"strings"
)

// way is a way for ssh to reach the host.
type way struct {
	host    string // HostName
	options []string
}

func (s *stage) ways(d *sshServer) map[string]way {
	checked := strings.Join(s.checked("%h", "%p"), " ")
	return map[string]way{
		"direct":    {host: d.host},
		"nc":        {host: d.host, options: []string{"ProxyCommand nc %h %p"}},
		"ncat":      {host: d.host, options: []string{"ProxyCommand ncat %h %p"}},
		"socat":     {host: d.host, options: []string{"ProxyCommand socat - TCP:%h:%p"}},
		"rdnsproxy": {host: aliveName, options: []string{"ProxyCommand " + checked}},
		"fdpass":    {host: aliveName, options: []string{"ProxyCommand " + strings.Replace(checked, s.program, s.program+" --fdpass", 1), "ProxyUseFdpass yes"}},
	}
}

// direction is a shell command that moves bytes through ssh: %[1]s is ssh's command
// line, %[2]d the number of bytes.
type direction string

const (
	down direction = "%[1]s 'head -c %[2]d /dev/zero' >/dev/null"
	up   direction = "head -c %[2]d /dev/zero | %[1]s 'cat >/dev/null'"
)

// through returns the contender that moves the session's bytes in a direction by a way.
func (s *stage) through(d *sshServer, dir direction, name string, options ...string) (contender, error) {
	w, ok := s.ways(d)[name]
	if !ok {
		return contender{}, fmt.Errorf("no way is called %s", name)
	}
	ssh, err := d.client(s, name, w.host, append(options, w.options...)...)
	if err != nil {
		return contender{}, err
	}
	script := fmt.Sprintf(string(dir), strings.Join(ssh, " "), s.session)
	return contender{name, func(ctx context.Context) (cost, error) {
		c, err := runTree(ctx, s.env("cache"), "/bin/sh", "-c", script)
		if err != nil {
			select {
			case e := <-d.ended:
				err = fmt.Errorf("%w; sshd says: %s", err, e.log)
			default:
			}
			return c, err
		}
		e, err := d.session(ctx)
		c.cpu += e.cpu
		c.bytes = s.session
		return c, err
	}}, nil
}

// sessions compares ways to move bytes in a direction. The result is in the order of
// the names.
func (s *stage) sessions(ctx context.Context, dir direction, options []string, names ...string) ([][]cost, error) {
	if err := needs(programsOf(names)...); err != nil {
		return nil, err
	}
	d, err := sshd(ctx, s)
	if err != nil {
		return nil, err
	}
	var contenders []contender
	for _, n := range names {
		c, err := s.through(d, dir, n, options...)
		if err != nil {
			return nil, err
		}
		contenders = append(contenders, c)
	}
	return takeTurns(ctx, s.rounds, contenders...)
}

// programsOf are the names that are programs of others.
func programsOf(names []string) []string {
	var programs []string
	for _, n := range names {
		if n == "nc" || n == "ncat" || n == "socat" {
			programs = append(programs, n)
		}
	}
	return programs
}

func sessionDown(ctx context.Context, s *stage, print func(row)) error {
	return s.sessionRows(ctx, print, "session down", down)
}

func sessionUp(ctx context.Context, s *stage, print func(row)) error {
	return s.sessionRows(ctx, print, "session up", up)
}

// sessionRows compares sessions with ssh's default cipher: with nc, which has marks, and
// with other programs in use.
func (s *stage) sessionRows(ctx context.Context, print func(row), what string, dir direction) error {
	others := []string{"nc", "ncat", "socat"}
	runs, err := s.sessions(ctx, dir, nil, append([]string{"rdnsproxy"}, others...)...)
	if err != nil {
		return err
	}
	for i, than := range others {
		r := row{what: what, unit: rate, than: than,
			ours: each(runs[0], cost.rate), theirs: each(runs[i+1], cost.rate)}
		if than == "nc" {
			r.mark, r.meanToo = atLeast(1), true
		}
		print(r)
	}
	print(row{what: what + ", CPU of all", unit: perGiB, than: "nc", mark: atMost(1.05),
		ours: each(runs[0], cost.cpuPerGiB), theirs: each(runs[1], cost.cpuPerGiB)})
	return nil
}

// sessionAES uses a fast cipher, so that the relay matters more.
func sessionAES(ctx context.Context, s *stage, print func(row)) error {
	cipher := []string{"Ciphers aes128-gcm@openssh.com"}
	for _, m := range []struct {
		what string
		dir  direction
		mark mark
	}{
		{"session up, aes128-gcm", up, atLeast(1.15)},
		{"session down, aes128-gcm", down, mark{}},
	} {
		runs, err := s.sessions(ctx, m.dir, cipher, "rdnsproxy", "nc")
		if err != nil {
			return err
		}
		print(row{what: m.what, unit: rate, than: "nc", mark: m.mark, meanToo: true,
			ours: each(runs[0], cost.rate), theirs: each(runs[1], cost.rate)})
	}
	return nil
}
