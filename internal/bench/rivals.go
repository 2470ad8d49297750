//go:build bench

package main

import (
	"context"
	"net"
	"os"
	"os/exec"
)

// rival is a program that asks very many questions, and of which a verdict takes three
// passes: addresses, PTR records, and the addresses of their names. Neither is packaged
// everywhere, so each is measured where it is on PATH.
type rival struct {
	contender
	mark float64
}

// rivals returns those that are installed, with their lists of names written.
func (s *stage) rivals(server string) (found []rival, err error) {
	host, port, err := net.SplitHostPort(server)
	if err != nil {
		return nil, err
	}
	for i, pass := range []func(i int) []string{
		func(i int) []string { return []string{hostName(i)} },
		func(i int) []string {
			if verdictOf(i) == "no-address" {
				return nil
			}
			return []string{hostAddr(i).String()}
		},
		func(i int) []string {
			if name, _ := ptrOf(i); confirms(i) {
				return []string{name}
			}
			return nil
		},
	} {
		if _, err := s.writeLines(passes[i], s.hosts, pass); err != nil {
			return nil, err
		}
	}
	if err := s.write("resolvers", server+"\n"); err != nil {
		return nil, err
	}
	if _, err := exec.LookPath("zdns"); err == nil {
		found = append(found, rival{contender{"zdns", func(ctx context.Context) (cost, error) {
			return s.threePasses(ctx, func(kind string) []string {
				return []string{"zdns", kind, "--name-servers", net.JoinHostPort(host, port), "--threads", "512"}
			})
		}}, 10})
	}
	if _, err := exec.LookPath("massdns"); err == nil {
		found = append(found, rival{contender{"massdns", func(ctx context.Context) (cost, error) {
			return s.threePasses(ctx, func(kind string) []string {
				return []string{"massdns", "-r", s.path("resolvers"), "-t", kind, "-o", "J", "-q"}
			})
		}}, 3})
	}
	return found, nil
}

// passes are the lists of the three passes.
var passes = [3]string{"pass-names", "pass-addresses", "pass-reverse-names"}

// threePasses runs a program four times: names are asked for both families. The "bytes"
// are the hosts.
func (s *stage) threePasses(ctx context.Context, argv func(kind string) []string) (all cost, err error) {
	for _, pass := range []struct{ kind, list string }{
		{"A", passes[0]}, {"AAAA", passes[0]}, {"PTR", passes[1]}, {"A", passes[2]},
	} {
		list, err := os.Open(s.path(pass.list))
		if err != nil {
			return cost{}, err
		}
		line := argv(pass.kind)
		cmd := exec.CommandContext(ctx, line[0], line[1:]...)
		cmd.Stdin = list
		c, err := s.measured(ctx, cmd)
		list.Close()
		if err != nil {
			return cost{}, err
		}
		all.wall += c.wall
		all.cpu += c.cpu
	}
	all.bytes = int64(s.hosts)
	return all, nil
}
