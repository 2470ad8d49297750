//go:build bench

package main

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"syscall"
	"time"

	"github.com/miekg/dns"
)

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
	zones, err := s.writeZones(n)
	if err != nil {
		return "", err
	}
	for _, apex := range zones {
		conf += fmt.Sprintf("zone:\n name: %q\n zonefile: %q\n", apex, apex)
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
	ctx, cancel := context.WithTimeout(ctx, time.Minute) // a million hosts take their time
	defer cancel()
	query := new(dns.Msg).SetQuestion(dns.Fqdn(hostName(0)), dns.TypeA)
	for {
		r, _, err := (&dns.Client{Timeout: time.Second}).ExchangeContext(ctx, query, addr)
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
