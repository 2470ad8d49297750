//go:build bench

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

// The marks of a bulk check.
const (
	bulkMemory = 150   // MiB, at whatever number of hosts
	bulkCPU    = 0.045 // ms for a host
)

// bulk checks many hosts against one server, compared with dnsperf, which only sends the
// same questions, and with other programs that ask very many, where they are installed.
func bulk(ctx context.Context, s *stage, print func(row)) error {
	if err := needs("nsd", "dnsperf"); err != nil {
		return err
	}
	server, err := nsd(ctx, s, s.hosts)
	if err != nil {
		return err
	}
	questions, err := s.writeLines("questions", s.hosts, questionsOf)
	if err != nil {
		return err
	}
	contenders := []contender{
		{"rdnsproxy", func(ctx context.Context) (cost, error) { return s.verdicts(ctx, server, hosts{n: s.hosts}) }},
		{"dnsperf", func(ctx context.Context) (cost, error) { return s.dnsperf(ctx, server) }},
	}
	rivals, err := s.rivals(server)
	if err != nil {
		return err
	}
	for _, r := range rivals {
		contenders = append(contenders, r.contender)
	}
	runs, err := takeTurns(ctx, s.bulkTurns, contenders...)
	if err != nil {
		return err
	}
	hosts := each(runs[0], cost.rate)
	ours := each(hosts, func(h float64) float64 { return h * float64(questions) / float64(s.hosts) })
	print(row{what: "bulk, full verdicts on hosts", unit: perSecond, ours: hosts})
	print(row{what: "bulk, questions of the verdicts", unit: perSecond, than: "dnsperf", mark: atLeast(0.75),
		ours: ours, theirs: each(runs[1], cost.rate)})
	print(row{what: "bulk, CPU ms a host", unit: fine, mark: atMost(bulkCPU), absolute: true,
		ours: each(runs[0], func(c cost) float64 { return 1000 * c.cpu.Seconds() / float64(c.bytes) })})
	for i, r := range rivals {
		print(row{what: "bulk, hosts in three passes", unit: perSecond, than: r.name, mark: atLeast(r.mark),
			ours: hosts, theirs: each(runs[2+i], cost.rate)})
	}
	return nil
}

// fine formats a figure far below 1.
func fine(x float64) string { return fmt.Sprintf("%.3f", x) }

// bulkMemories measures the most memory that a check has, by the number of hosts.
func bulkMemories(ctx context.Context, s *stage, print func(row)) error {
	if err := needs("nsd"); err != nil {
		return err
	}
	for _, n := range s.bulkSizes {
		server, err := nsd(ctx, s, n)
		if err != nil {
			return err
		}
		if err := s.memory(ctx, server, hosts{n: n}, print); err != nil {
			return err
		}
	}
	return nil
}

// bulkHuge is bulkMemories for ten million hosts, which have one address between them.
func bulkHuge(ctx context.Context, s *stage, print func(row)) error {
	if s.huge == 0 {
		return nil
	}
	if err := needs("nsd"); err != nil {
		return err
	}
	server, err := nsd(ctx, s, 1)
	if err != nil {
		return err
	}
	return s.memory(ctx, server, hosts{n: s.huge, wildcard: true}, print)
}

func (s *stage) memory(ctx context.Context, server string, h hosts, print func(row)) error {
	c, err := s.verdicts(ctx, server, h)
	if err != nil {
		return err
	}
	print(row{what: "bulk, memory, " + count(float64(h.n)) + " hosts", unit: mebibytes, mark: atMost(bulkMemory), absolute: true,
		ours: []float64{float64(c.peak) / (1 << 20)}})
	print(row{what: "bulk, " + count(float64(h.n)) + " hosts", unit: perSecond, ours: []float64{c.rate()}})
	return nil
}

// hosts are the hosts of a bulk check.
type hosts struct {
	n        int
	wildcard bool // below a wildcard, and all confirmed
}

func (h hosts) name(i int) string {
	if h.wildcard {
		return fmt.Sprintf("h%d.w.bulk.test", i)
	}
	return hostName(i)
}

func (h hosts) expected() map[string]int {
	if h.wildcard {
		return map[string]int{"confirmed": h.n}
	}
	return expected(h.n)
}

// verdicts checks all hosts with one run of the program, which reads them from a pipe and
// writes to another. The "bytes" of the cost are the hosts. Every verdict has to be right.
func (s *stage) verdicts(ctx context.Context, server string, h hosts, more ...string) (cost, error) {
	argv := append([]string{
		"check", "--dns-only", "--fail-on", "never", "--format", "jsonl", "--rate", "unlimited", "--resolver", server,
		"--hosts-file", s.path("hosts"), "-F", "none", "--sshd-config", "none", "--from-file", "-",
	}, more...)
	cmd := exec.CommandContext(ctx, s.program, argv...)
	cmd.Env = s.env("cache")
	list, err := cmd.StdinPipe()
	if err != nil {
		return cost{}, err
	}
	out, in := io.Pipe()
	cmd.Stdout = in
	go func() {
		defer list.Close()
		b := bufio.NewWriterSize(list, 64<<10)
		for i := range h.n {
			if _, err := fmt.Fprintln(b, h.name(i)); err != nil {
				return // the program has ended
			}
		}
		b.Flush()
	}()
	counted := make(chan map[string]int)
	go func() { counted <- verdictsIn(out) }()
	c, err := s.measured(ctx, cmd)
	in.Close()
	got := <-counted
	c.bytes = int64(h.n)
	if err != nil {
		return cost{}, err
	}
	if want := h.expected(); fmt.Sprint(got) != fmt.Sprint(want) {
		return cost{}, fmt.Errorf("the verdicts are %v, not %v", got, want)
	}
	return c, nil
}

// verdictsIn counts the targets of a report by their verdict.
func verdictsIn(report io.Reader) map[string]int {
	of := map[string]int{}
	lines := bufio.NewReaderSize(report, 1<<20)
	for {
		line, err := lines.ReadSlice('\n')
		if _, rest, ok := bytes.Cut(line, []byte(`"verdict":"`)); ok {
			verdict, _, _ := bytes.Cut(rest, []byte(`"`))
			of[string(verdict)]++
		}
		if err != nil {
			return of
		}
	}
}

var dnsperfRate = regexp.MustCompile(`Queries per second:\s+([0-9.]+)`)

// dnsperf asks the same questions and reports the rate itself.
func (s *stage) dnsperf(ctx context.Context, server string) (cost, error) {
	host, port, err := net.SplitHostPort(server)
	if err != nil {
		return cost{}, err
	}
	cmd := exec.CommandContext(ctx, "dnsperf", "-s", host, "-p", port, "-d", s.path("questions"),
		"-n", "1", "-c", "4", "-q", "512")
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
