//go:build bench

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// The marks of an audit.
const (
	auditMemory   = 64  // MiB, at 3,000 clients and whatever size
	clientMemory  = 160 // bytes for each client of very many, beyond auditMemory
	usualClients  = 3000
	manyClients   = 1_000_000
	fail2banLines = 30_000
)

// auditLog compares the audit of a log with ripgrep, which only counts lines, and with what
// fail2ban reads the same lines for.
func auditLog(ctx context.Context, s *stage, print func(row)) error {
	if err := needs("rg", "fail2ban-regex"); err != nil {
		return err
	}
	for _, log := range []struct {
		what  string
		shape shape
		mark  mark
	}{
		{"audit, a server's log", shape{clients: usualClients}, atLeast(0.4)},
		{"audit, a line a connection", shape{clients: usualClients, alone: true}, atLeast(0.25)},
	} {
		lines, err := writeLog(s.path("log"), log.shape, s.log, 0)
		if err != nil {
			return err
		}
		runs, err := takeTurns(ctx, s.logTurns,
			contender{"rdnsproxy", func(ctx context.Context) (cost, error) { return s.audit(ctx, "log", s.log) }},
			contender{"rg", func(ctx context.Context) (cost, error) { return s.ripgrep(ctx, lines) }})
		if err != nil {
			return err
		}
		print(row{what: log.what, unit: rate, than: "rg -c", mark: log.mark,
			ours: each(runs[0], cost.rate), theirs: each(runs[1], cost.rate)})
		print(row{what: log.what + ", CPU", unit: perGiB, than: "rg -c",
			ours: each(runs[0], cost.cpuPerGiB), theirs: each(runs[1], cost.cpuPerGiB)})
		if log.shape.alone {
			continue
		}
		if err := auditLines(ctx, s, runs[0], lines, print); err != nil {
			return err
		}
	}
	return nil
}

// auditLines compares lines a second with fail2ban's, which needs a smaller log.
func auditLines(ctx context.Context, s *stage, runs []cost, lines int64, print func(row)) error {
	few, err := writeLog(s.path("few"), shape{clients: usualClients}, 0, fail2banLines)
	if err != nil {
		return err
	}
	var theirs []float64
	for range runs {
		c, err := s.measured(ctx, exec.CommandContext(ctx, "fail2ban-regex", s.path("few"), "sshd[mode=aggressive]"))
		if err != nil {
			return err
		}
		theirs = append(theirs, float64(few)/c.seconds())
	}
	ours := each(runs, func(c cost) float64 { return float64(lines) / c.seconds() })
	print(row{what: "audit, lines", unit: perSecond, than: "fail2ban", mark: atLeast(200), ours: ours, theirs: theirs})
	return nil
}

// auditMemories measures the most memory that an audit has, by the size of the log and by the
// number of clients.
func auditMemories(ctx context.Context, s *stage, print func(row)) error {
	for _, size := range s.logSizes {
		if _, err := writeLog(s.path("log"), shape{clients: usualClients}, size, 0); err != nil {
			return err
		}
		c, err := s.audit(ctx, "log", size)
		if err != nil {
			return err
		}
		print(row{what: "audit, memory, " + sizeOf(size), unit: mebibytes, mark: atMost(auditMemory), absolute: true,
			ours: []float64{float64(c.peak) / (1 << 20)}})
	}
	if _, err := writeLog(s.path("log"), shape{clients: manyClients, guess: true}, 0, manyClients); err != nil {
		return err
	}
	c, err := s.audit(ctx, "log", 1)
	if err != nil {
		return err
	}
	print(row{what: "audit, bytes a client beyond", unit: count, mark: atMost(clientMemory), absolute: true,
		ours: []float64{float64(c.peak-auditMemory<<20) / manyClients}})
	return os.Remove(s.path("log"))
}

// auditRates measures what has nothing beside it.
func auditRates(ctx context.Context, s *stage, print func(row)) error {
	lines, err := writeLog(s.path("log"), shape{clients: usualClients, json: true}, s.log/4, 0)
	if err != nil {
		return err
	}
	var records, events []float64
	for range s.logTurns {
		c, err := s.audit(ctx, "log", s.log/4)
		if err != nil {
			return err
		}
		records = append(records, float64(lines)/c.cpu.Seconds())
	}
	print(row{what: "audit, journal JSON, a core", unit: perSecond, mark: atLeast(600_000), absolute: true, ours: records})

	if lines, err = writeLog(s.path("log"), shape{clients: usualClients}, s.log/4, 0); err != nil {
		return err
	}
	for range s.logTurns {
		c, err := s.audit(ctx, "log", s.log/4, "--format", "events")
		if err != nil {
			return err
		}
		events = append(events, float64(lines)/c.seconds())
	}
	print(row{what: "audit, lines to events", unit: perSecond, mark: atLeast(500_000), absolute: true, ours: events})
	return auditClients(ctx, s, print)
}

// auditClients measures how long it takes to look many clients up.
func auditClients(ctx context.Context, s *stage, print func(row)) error {
	if err := needs("nsd"); err != nil {
		return err
	}
	server, err := nsd(ctx, s, s.clients)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	for i := range s.clients {
		fmt.Fprintf(&b, "Jan  5 10:00:00 web1 sshd[%d]: Failed password for root from %s port 22 ssh2\n", 1000+i, hostAddr(i))
	}
	if err := s.write("log", b.String()); err != nil {
		return err
	}
	var took []float64
	for range s.logTurns {
		c, err := s.audit(ctx, "log", int64(b.Len()), "--dns", "all", "--dns-budget", "60s", "--resolver", server,
			"--hosts-file", s.path("hosts"))
		if err != nil {
			return err
		}
		took = append(took, c.seconds()*20_000/float64(s.clients))
	}
	print(row{what: "audit, 20,000 clients judged", unit: seconds, mark: atMost(10), absolute: true, ours: took})
	return nil
}

// audit audits a log of the given size.
func (s *stage) audit(ctx context.Context, name string, size int64, more ...string) (cost, error) {
	argv := []string{"audit", "--fail-on", "never", "--dns", "none"}
	if len(more) > 0 && more[0] == "--dns" {
		argv = argv[:3]
	}
	cmd := exec.CommandContext(ctx, s.program, append(append(argv, more...), s.path(name))...)
	cmd.Env = s.env("cache")
	c, err := s.measured(ctx, cmd)
	c.bytes = size
	return c, err
}

// ripgrep counts the lines with a word that all have.
func (s *stage) ripgrep(ctx context.Context, lines int64) (cost, error) {
	cmd := exec.CommandContext(ctx, "rg", "--no-config", "-c", "sshd", s.path("log"))
	var counted bytes.Buffer
	cmd.Stdout = &counted
	c, err := s.measured(ctx, cmd)
	if n := string(bytes.TrimSpace(counted.Bytes())); err == nil && n != strconv.FormatInt(lines, 10) {
		err = fmt.Errorf("rg counts %s lines of %d", n, lines)
	}
	c.bytes = s.log
	return c, err
}

// measured runs a command that has no descendants.
func (s *stage) measured(ctx context.Context, cmd *exec.Cmd) (c cost, err error) {
	complaint := &limited{}
	cmd.Stderr = complaint
	inOwnGroup(cmd)
	began := time.Now()
	err = cmd.Run()
	c.wall = time.Since(began)
	if err != nil {
		return c, fmt.Errorf("%q: %w: %s", cmd.Args, err, complaint)
	}
	c.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	c.peak = peakOf(cmd.ProcessState)
	return c, nil
}

func mebibytes(x float64) string { return figure(x) + " MiB" }

// sizeOf formats the size of a log.
func sizeOf(bytes int64) string {
	if bytes >= gib {
		return figure(float64(bytes)/gib) + " GiB"
	}
	return mebibytes(float64(bytes) / (1 << 20))
}
