//go:build bench

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// The marks of the exporter: 10,000 targets a minute.
const (
	exporterTargets = 10_000
	exporterRate    = 167 // probes a second
	exporterAtOnce  = 32  // as many scrapes as Prometheus has under way
)

// exporter probes as many targets as the mark has, by HTTP, each for the first time: DNS
// alone, one processor (GOMAXPROCS=1). All of it is what a scrape costs, and the memory is
// that of an exporter that keeps all results.
func exporter(ctx context.Context, s *stage, print func(row)) error {
	if err := needs("nsd"); err != nil {
		return err
	}
	n := min(exporterTargets, s.hosts)
	server, err := nsd(ctx, s, n)
	if err != nil {
		return err
	}
	program := s.path("rdnsproxy_exporter")
	if err := s.do(ctx, "go", "build", "-trimpath", "-o", program, "rdnsproxy/cmd/rdnsproxy_exporter"); err != nil {
		return err
	}
	err = s.write("modules.yml", fmt.Sprintf("modules:\n  dns_only:\n    resolver: %q\n    hosts_file: none\n    max_age: 1h\n    min_age: 1h\n    retry_age: 1h\n", server))
	if err != nil {
		return err
	}
	var cold, kept []cost
	for range s.bulkTurns {
		first, again, err := s.scrapes(ctx, program, n)
		if err != nil {
			return err
		}
		cold, kept = append(cold, first), append(kept, again)
	}
	cpu := func(c cost) float64 { return 1000 * c.cpu.Seconds() / float64(c.bytes) }
	print(row{what: "exporter, probes, one core", unit: perSecond, mark: atLeast(exporterRate), absolute: true, ours: each(cold, cost.rate)})
	print(row{what: "exporter, CPU ms a probe", unit: fine, ours: each(cold, cpu)})
	print(row{what: "exporter, probes kept", unit: perSecond, ours: each(kept, cost.rate)})
	print(row{what: "exporter, CPU ms a probe kept", unit: fine, ours: each(kept, cpu)})
	print(row{what: "exporter, memory, " + count(float64(n)) + " targets", unit: mebibytes,
		ours: each(kept, func(c cost) float64 { return float64(c.peak) / (1 << 20) })})
	return nil
}

var listensOn = regexp.MustCompile(`msg="Listening on" address=(\S+)`)

// scrapes starts an exporter and probes all targets twice: what is asked for the first time
// is cold, then it is kept. Every verdict has to be right.
func (s *stage) scrapes(ctx context.Context, program string, n int) (cold, kept cost, err error) {
	cmd := exec.CommandContext(ctx, program, "--config.file="+s.path("modules.yml"), "--web.listen-address=127.0.0.1:0")
	cmd.Env = append(s.env("cache"), "GOMAXPROCS=1")
	inOwnGroup(cmd)
	log, err := cmd.StderrPipe()
	if err != nil {
		return cost{}, cost{}, err
	}
	if err := cmd.Start(); err != nil {
		return cost{}, cost{}, err
	}
	lines := bufio.NewScanner(log)
	address := ""
	for address == "" && lines.Scan() {
		if m := listensOn.FindStringSubmatch(lines.Text()); m != nil {
			address = m[1]
		}
	}
	go io.Copy(io.Discard, log)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: exporterAtOnce}}
	defer client.CloseIdleConnections()
	before, err := cpuOf(client, address)
	if err == nil {
		cold, err = probeAll(ctx, client, address, n)
	}
	var between, after time.Duration
	if err == nil {
		between, err = cpuOf(client, address)
	}
	if err == nil {
		kept, err = probeAll(ctx, client, address, n)
	}
	if err == nil {
		after, err = cpuOf(client, address)
	}
	cold.cpu, kept.cpu = between-before, after-between
	cmd.Process.Signal(syscall.SIGTERM)
	err = errors.Join(err, cmd.Wait())
	kept.peak = peakOf(cmd.ProcessState)
	return cold, kept, err
}

var cpuLine = regexp.MustCompile(`(?m)^process_cpu_seconds_total (\S+)$`)

// cpuOf is the processor time that the exporter has used.
func cpuOf(client *http.Client, address string) (time.Duration, error) {
	text, err := fetch(client, "http://"+address+"/metrics")
	if err != nil {
		return 0, err
	}
	m := cpuLine.FindSubmatch(text)
	if m == nil {
		return 0, errors.New("the exporter does not say what it has used")
	}
	var seconds float64
	_, err = fmt.Sscan(string(m[1]), &seconds)
	return time.Duration(seconds * float64(time.Second)), err
}

func fetch(client *http.Client, url string) ([]byte, error) {
	resp, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, text)
	}
	return text, err
}

// probeAll probes n targets.
func probeAll(ctx context.Context, client *http.Client, address string, n int) (cost, error) {
	var next atomic.Int64
	var all sync.WaitGroup
	failed := make([]error, exporterAtOnce)
	began := time.Now()
	for w := range exporterAtOnce {
		all.Go(func() {
			for failed[w] == nil && ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				text, err := fetch(client, "http://"+address+"/probe?target="+url.QueryEscape(hostName(i)))
				if want := []byte(`verdict="` + verdictOf(i) + `"} 1`); err == nil && !bytes.Contains(text, want) {
					err = fmt.Errorf("%s is not %s:\n%s", hostName(i), verdictOf(i), text)
				}
				failed[w] = err
			}
		})
	}
	all.Wait()
	return cost{wall: time.Since(began), bytes: int64(n)}, errors.Join(append(failed, ctx.Err())...)
}
