package resolve

import (
	"context"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"rdnsproxy/hostsfile"
	"rdnsproxy/internal/lab"
)

// No lookup may leave anything running.
func TestMain(m *testing.M) {
	if asGetent() {
		os.Exit(getentMain())
	}
	goleak.VerifyTestMain(m)
}

// patience tells "hangs" from "does not" on a machine that is busy.
const patience = 30 * time.Second

func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func startDNS(t testing.TB, zones ...lab.DNSZone) *lab.DNSServer {
	t.Helper()
	s, err := lab.StartDNS(zones...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// asking is a Resolver that asks the servers and no hosts file, with no second
// attempt.
func asking(t testing.TB, servers ...*lab.DNSServer) *Resolver {
	cfg := &Config{Ndots: 1, Timeout: patience, Attempts: 1, Services: defaultServices}
	for _, s := range servers {
		cfg.Servers = append(cfg.Servers, at(s))
	}
	r := &Resolver{Config: cfg, Hosts: hosts(t, "")}
	t.Cleanup(func() { r.Close() })
	return r
}

// at is a server of a test as a Resolver's.
func at(s *lab.DNSServer) Server { return Server{s.Addr()} }

func hosts(t testing.TB, text string) *hostsfile.File {
	t.Helper()
	f, err := hostsfile.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	f.Path = "/etc/hosts"
	return f
}

func addrs(list ...string) []netip.Addr {
	var out []netip.Addr
	for _, s := range list {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}
