package survey

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"rdnsproxy/check"
	"rdnsproxy/internal/console"
	"rdnsproxy/internal/lab"
	"rdnsproxy/resolve"
)

// TestWithoutArgv: a program without a command line, such as an exporter, can check
// many targets at once and gets results instead of a report.
func TestWithoutArgv(t *testing.T) {
	host, err := lab.StartSSH(lab.SSH{})
	if err != nil {
		t.Fatal(err)
	}
	defer host.Close()
	dns, err := lab.StartDNS(
		lab.Zone("example.com", "good.example.com. A 127.0.0.1", "bad.example.com. A 127.0.0.1"),
		lab.Zone("127.in-addr.arpa", "1.0.0.127.in-addr.arpa. PTR good.example.com."))
	if err != nil {
		t.Fatal(err)
	}
	defer dns.Close()
	server, err := resolve.ParseServer(dns.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	hosts := filepath.Join(t.TempDir(), "hosts") // the system's file has a name for 127.0.0.1
	if err := os.WriteFile(hosts, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	o := Defaults()
	o.HostsFile = hosts
	o.Resolvers, o.SSHConfig, o.RequireName = []resolve.Server{server}, "none", true
	o.ExpectKeys = []string{ssh.FingerprintSHA256(host.HostKeys()[0])}
	s, err := New(t.Context(), console.World{}, nil, o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	for name, want := range map[string]struct {
		check.Verdict
		check.Severity
	}{
		"good.example.com": {check.Exact, check.Pass},
		"bad.example.com":  {check.Confirmed, check.Warning},
	} {
		wg.Go(func() {
			target, err := s.Target(ctx, fmt.Sprintf("%s:%d", name, host.Addr().Port()))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
			r := s.Check(ctx, target)
			a := r.Of(netip.MustParseAddr("127.0.0.1"))
			if a == nil || a.Verdict != want.Verdict || r.Severity != want.Severity {
				t.Errorf("%s: %s, %s, %+v", name, r.Verdict, r.Severity, r.Findings)
			} else if a.SSH == nil || len(a.SSH.HostKeys) != 1 || a.SSH.HostKeys[0].Status != check.KeyExpected {
				t.Errorf("%s: %+v", name, a.SSH)
			}
		})
	}
	wg.Wait()
	if sessions := host.Sessions(); sessions != 0 {
		t.Errorf("the host saw %d logins", sessions)
	}
}

// TestZeroOptions: whoever takes results has nothing to set but what they want.
func TestZeroOptions(t *testing.T) {
	dns, err := lab.StartDNS(
		lab.Zone("example.com", "my.example.com. A 192.0.2.1"),
		lab.Zone("2.0.192.in-addr.arpa", "1.2.0.192.in-addr.arpa. PTR my.example.com."))
	if err != nil {
		t.Fatal(err)
	}
	defer dns.Close()
	server, err := resolve.ParseServer(dns.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	var o Options
	o.Resolvers, o.SSHConfig, o.DNSOnly = []resolve.Server{server}, "none", true
	s, err := New(t.Context(), console.World{}, nil, o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	target, err := s.Target(t.Context(), "my.example.com")
	if err != nil {
		t.Fatal(err)
	}
	if r := s.Check(t.Context(), target); r.Verdict != check.Exact || r.Severity != check.Pass {
		t.Errorf("%s, %s, %+v", r.Verdict, r.Severity, r.Findings)
	}
}
