//go:build bench

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"rdnsproxy/internal/lab"

	"github.com/miekg/dns"
)

// The short connection: each side sends one line and closes.
const (
	greeting = "SSH-2.0-bench_server\r\n"
	reply    = "SSH-2.0-bench_client\r\n"
)

// greeter serves short connections at an address of loopback.
func greeter(s *stage, addr string) (host, port string, err error) {
	server, err := lab.StartTCP(net.JoinHostPort(addr, "0"), func(c *net.TCPConn) {
		io.WriteString(c, greeting)
		io.Copy(io.Discard, c)
	})
	if err != nil {
		return "", "", err
	}
	s.atEnd(func() { server.Close() })
	return net.SplitHostPort(server.Addr().String())
}

// short runs a relay over a short connection, measured from before its start until it
// has exited, and returns what it wrote to stderr.
func (s *stage) short(ctx context.Context, env, argv []string) (c cost, stderr string, err error) {
	in, write, err := os.Pipe()
	if err != nil {
		return c, "", err
	}
	defer in.Close()
	io.WriteString(write, reply)
	write.Close()
	read, out, err := os.Pipe()
	if err != nil {
		return c, "", err
	}
	defer read.Close()
	said, err := os.CreateTemp(s.dir, "stderr-")
	if err != nil {
		out.Close()
		return c, "", err
	}
	defer os.Remove(said.Name())
	defer said.Close()

	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, in, out, said // all are files, so that no goroutine copies
	inOwnGroup(cmd)
	start := time.Now()
	err = cmd.Start()
	out.Close()
	if err != nil {
		return c, "", err
	}
	got, _ := io.ReadAll(read)
	err = cmd.Wait()
	c.wall = time.Since(start)
	c.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	text, _ := os.ReadFile(said.Name())
	if err == nil && string(got) != greeting {
		err = fmt.Errorf("%q arrived", got)
	}
	if err != nil {
		err = fmt.Errorf("%q: %w: %s", argv, err, text)
	}
	return c, string(text), err
}

// silent is a contender that must print nothing during its short connection.
func (s *stage) silent(name string, argv ...string) contender {
	return contender{name, func(ctx context.Context) (cost, error) {
		c, stderr, err := s.short(ctx, s.env("cache"), argv)
		if err == nil && stderr != "" {
			err = fmt.Errorf("it should be silent and says %q", stderr)
		}
		return c, err
	}}
}

func (s *stage) ncShort(host, port string) contender {
	return s.silent("nc", "nc", "-N", host, port)
}

// startUp measures the startup cost alone, compared with nc.
func startUp(ctx context.Context, s *stage, print func(row)) error {
	return startUpRow(ctx, s, print, "start-up, check off", atMost(2), s.unchecked)
}

// startUpChecked measures startup with the check on and a resolver that answers at once.
func startUpChecked(ctx context.Context, s *stage, print func(row)) error {
	return startUpRow(ctx, s, print, "start-up, check on", mark{}, func(_, port string) []string {
		return append(s.checked(aliveName, port), "--no-cache")
	})
}

// startUpWarm measures startup when an earlier login has found out about the address.
func startUpWarm(ctx context.Context, s *stage, print func(row)) error {
	return s.warm(func() error {
		return startUpRow(ctx, s, print, "start-up, check on, warm cache", atMost(2.3), func(_, port string) []string {
			return s.checked(aliveName, port)
		})
	})
}

// warm makes sure that a measurement finds the address's names in the cache, but for the
// first run of all.
func (s *stage) warm(measure func() error) error {
	asked := func() int { return s.dns.Asked("21.0.0.127.in-addr.arpa", dns.TypePTR) }
	before := asked()
	if err := measure(); err != nil {
		return err
	}
	if n := asked() - before; n > 1 {
		return fmt.Errorf("the cache was not used: the reverse name was asked for %d times", n)
	}
	return nil
}

func startUpRow(
	ctx context.Context, s *stage, print func(row), what string, most mark, relay func(host, port string) []string,
) error {
	if err := needs("nc"); err != nil {
		return err
	}
	host, port, err := greeter(s, aliveAddr)
	if err != nil {
		return err
	}
	runs, err := takeTurns(ctx, s.starts,
		s.ncShort(host, port),
		s.silent("rdnsproxy", relay(host, port)...))
	if err != nil {
		return err
	}
	print(row{what: what, unit: seconds, than: "nc", mark: most,
		ours: each(runs[1], cost.seconds), theirs: each(runs[0], cost.seconds)})
	return nil
}

// startUpAsking measures startup with a configuration that only ssh can evaluate. The
// mark is nc and 1.2 times ssh -G.
func startUpAsking(ctx context.Context, s *stage, print func(row)) error {
	if err := needs("nc", "ssh"); err != nil {
		return err
	}
	host, port, err := greeter(s, aliveAddr)
	if err != nil {
		return err
	}
	config := s.path("match_config")
	if err := s.write("match_config", "Match host 127.0.0.* user *\n\tAddressFamily inet\n"); err != nil {
		return err
	}
	if err := wouldAsk(ctx, s, config, host); err != nil {
		return err
	}
	ask := contender{"ssh -G", func(ctx context.Context) (cost, error) {
		cmd := exec.CommandContext(ctx, "ssh", "-G", "-F", config, "--", host)
		var answer, complaint bytes.Buffer
		cmd.Stdout, cmd.Stderr = &answer, &complaint
		inOwnGroup(cmd)
		start := time.Now()
		if err := cmd.Run(); err != nil {
			return cost{}, fmt.Errorf("%w: %s", err, complaint.String())
		}
		return cost{wall: time.Since(start)}, nil
	}}
	runs, err := takeTurns(ctx, s.starts, s.ncShort(host, port), ask,
		s.silent("rdnsproxy", s.program, "--policy", "off", "-F", config, host, port))
	if err != nil {
		return err
	}
	allowed := make([]float64, s.starts)
	for i := range allowed {
		allowed[i] = runs[0][i].seconds() + 1.2*runs[1][i].seconds()
	}
	print(row{what: "start-up with ssh -G, check off", unit: seconds, than: "nc+1.2G", mark: atMost(1),
		ours: each(runs[2], cost.seconds), theirs: allowed})
	return nil
}

// wouldAsk makes sure that the program runs ssh -G for the configuration.
func wouldAsk(ctx context.Context, s *stage, config, host string) error {
	out := output(ctx, s.program, "check", "--print-config", "-F", config, host)
	if !slices.Contains(strings.Split(out, "\n"), "addressfamily inet\t# ssh -G") {
		return fmt.Errorf("the configuration %s was not taken from ssh -G:\n%s", config, out)
	}
	return nil
}
