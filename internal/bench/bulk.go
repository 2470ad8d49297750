//go:build bench

package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

// bulkJobs is how many hosts are checked at once.
const bulkJobs = "512"

// bulk checks many hosts against one server, compared with dnsperf, which only sends
// the same questions.
func bulk(ctx context.Context, s *stage, print func(row)) error {
	if err := needs("nsd", "dnsperf"); err != nil {
		return err
	}
	server, err := nsd(ctx, s, s.hosts)
	if err != nil {
		return err
	}
	if err := s.write("questions", questions(s.hosts)); err != nil {
		return err
	}
	// The "bytes" of a run are its questions.
	runs, err := takeTurns(ctx, s.bulkTurns,
		contender{"rdnsproxy", func(ctx context.Context) (cost, error) { return s.verdicts(ctx, server) }},
		contender{"dnsperf", func(ctx context.Context) (cost, error) { return s.dnsperf(ctx, server) }})
	if err != nil {
		return err
	}
	ours, theirs := each(runs[0], cost.rate), each(runs[1], cost.rate)
	hosts := each(ours, func(q float64) float64 { return q / questionsPerHost })
	print(row{what: "bulk, full verdicts on hosts", unit: perSecond, ours: hosts})
	print(row{what: "bulk, questions of the verdicts", unit: perSecond, than: "dnsperf", mark: atLeast(0.45),
		ours: ours, theirs: theirs})
	return nil
}

// verdicts checks all hosts with one run of the program.
func (s *stage) verdicts(ctx context.Context, server string) (cost, error) {
	argv := []string{
		"check", "--dns-only", "--format", "jsonl", "--jobs", bulkJobs, "--resolver", server,
		"--hosts-file", s.path("hosts"), "-F", "none",
	}
	for i := range s.hosts {
		argv = append(argv, hostName(i))
	}
	report, err := os.Create(s.path("report"))
	if err != nil {
		return cost{}, err
	}
	defer report.Close()
	complaint := &limited{}
	cmd := exec.CommandContext(ctx, s.program, argv...)
	cmd.Env, cmd.Stdout, cmd.Stderr = s.env("cache"), report, complaint
	inOwnGroup(cmd)
	start := time.Now()
	err = cmd.Run()
	took := time.Since(start)
	text, readErr := os.ReadFile(report.Name())
	confirmed := 0
	for line := range bytes.Lines(text) {
		if bytes.Contains(line, []byte(`"verdict":"confirmed"`)) {
			confirmed++
		}
	}
	switch {
	case err != nil:
		return cost{}, fmt.Errorf("%w: %s", err, complaint)
	case readErr != nil:
		return cost{}, readErr
	case confirmed != s.hosts:
		return cost{}, fmt.Errorf("%d of %d hosts are confirmed: %s", confirmed, s.hosts, complaint)
	}
	return cost{wall: took, bytes: int64(s.hosts * questionsPerHost)}, nil
}

var dnsperfRate = regexp.MustCompile(`Queries per second:\s+([0-9.]+)`)

// dnsperf asks the same questions and reports the rate itself.
func (s *stage) dnsperf(ctx context.Context, server string) (cost, error) {
	host, port, err := net.SplitHostPort(server)
	if err != nil {
		return cost{}, err
	}
	cmd := exec.CommandContext(ctx, "dnsperf", "-s", host, "-p", port, "-d", s.path("questions"),
		"-n", "3", "-c", "4", "-q", "512")
	inOwnGroup(cmd)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return cost{}, fmt.Errorf("%w: %s", err, out)
	}
	m := dnsperfRate.FindSubmatch(out)
	if m == nil {
		return cost{}, fmt.Errorf("dnsperf names no rate: %s", out)
	}
	perSecond, err := strconv.ParseFloat(string(m[1]), 64)
	return cost{wall: time.Second, bytes: int64(perSecond)}, err
}
