//go:build bench

package main

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/miekg/dns"
)

// hostName, ptrName and hostAddr are the names and addresses of the bulk check. The PTR
// name differs from the host's, so that a verdict needs all lookups: A, AAAA, PTR, and
// the confirmation. The addresses are those reserved for benchmarks (RFC 2544).
func hostName(i int) string { return fmt.Sprintf("h%d.bulk.test", i) }
func ptrName(i int) string  { return fmt.Sprintf("p%d.bulk.test", i) }
func hostAddr(i int) net.IP { return net.IPv4(198, byte(18+i>>16&1), byte(i>>8), byte(i)) }

const questionsPerHost = 4

// questions returns the questions for the verdicts of n hosts, in dnsperf's format.
func questions(n int) string {
	var b strings.Builder
	for i := range n {
		reverse, _ := dns.ReverseAddr(hostAddr(i).String())
		fmt.Fprintf(&b, "%[1]s A\n%[1]s AAAA\n%[2]s PTR\n%[3]s A\n",
			hostName(i), strings.TrimSuffix(reverse, "."), ptrName(i))
	}
	return b.String()
}

func zoneFiles(n int) map[string]string {
	zones := map[string]*strings.Builder{"bulk.test": {}, "198.in-addr.arpa": {}}
	for apex, b := range zones {
		fmt.Fprintf(b, "$ORIGIN %s.\n$TTL 3600\n"+
			"@ SOA ns.bulk.test. hostmaster.bulk.test. 1 3600 600 86400 30\n@ NS ns.bulk.test.\n", apex)
	}
	for i := range n {
		a := hostAddr(i).To4()
		fmt.Fprintf(zones["bulk.test"], "%s. A %s\n%s. A %s\n", hostName(i), a, ptrName(i), a)
		fmt.Fprintf(zones["198.in-addr.arpa"], "%d.%d.%d PTR %s.\n", a[3], a[2], a[1], ptrName(i))
	}
	files := map[string]string{}
	for apex, b := range zones {
		files[apex] = b.String()
	}
	return files
}

// nsd starts a server for n hosts on a free port of loopback, and waits until it
// answers.
func nsd(ctx context.Context, s *stage, n int) (addr string, err error) {
	probe, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	addr = probe.LocalAddr().String()
	probe.Close()
	host, port, _ := net.SplitHostPort(addr)
	conf := fmt.Sprintf("server:\n ip-address: %s@%s\n port: %s\n server-count: 1\n username: \"\"\n"+
		" zonesdir: %q\n database: \"\"\n pidfile: \"\"\n xfrdfile: \"\"\n zonelistfile: %q\n rrl-ratelimit: 0\n"+
		"remote-control:\n control-enable: no\n",
		host, port, port, s.dir, s.path("zone.list"))
	for apex, text := range zoneFiles(n) {
		if err := s.write(apex, text); err != nil {
			return "", err
		}
		conf += fmt.Sprintf("zone:\n name: %q\n zonefile: %q\n", apex, filepath.Base(apex))
	}
	if err := s.write("nsd.conf", conf); err != nil {
		return "", err
	}
	log := &limited{}
	cmd := exec.CommandContext(ctx, "nsd", "-d", "-c", s.path("nsd.conf"))
	cmd.Stdout, cmd.Stderr = log, log
	inOwnGroup(cmd)
	if err := cmd.Start(); err != nil {
		return "", err
	}
	s.atEnd(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	})
	return addr, answers(ctx, addr, log)
}

// answers waits for the first reply.
func answers(ctx context.Context, addr string, log *limited) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	query := new(dns.Msg).SetQuestion(dns.Fqdn(hostName(0)), dns.TypeA)
	for {
		r, _, err := (&dns.Client{Timeout: 200 * time.Millisecond}).ExchangeContext(ctx, query, addr)
		if err == nil && len(r.Answer) > 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("nsd does not answer: %s", log)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
