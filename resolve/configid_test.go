package resolve_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rdnsproxy/hostsfile"
	"rdnsproxy/resolve"
)

// What decides about answers makes another ConfigID, and nothing else does.
func TestConfigID(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hosts")
	if err := os.WriteFile(path, []byte("127.0.0.1 localhost\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	id := func(change func(*resolve.Config)) resolve.ConfigID {
		t.Helper()
		c := (&resolve.Config{Ndots: 1}).WithServers(resolve.Server{Addr: netip.MustParseAddrPort("192.0.2.53:53")})
		change(c)
		hosts, err := hostsfile.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := (&resolve.Resolver{Config: c, Hosts: hosts}).ConfigID()
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	nothing := func(*resolve.Config) {}
	was := id(nothing)
	for name, c := range map[string]struct {
		change func(*resolve.Config)
		same   bool
	}{
		"nothing":     {nothing, true},
		"timeout":     {func(c *resolve.Config) { c.Timeout, c.Attempts, c.Rotate = time.Hour, 9, true }, true},
		"server":      {func(c *resolve.Config) { c.Servers[0].Addr = netip.MustParseAddrPort("192.0.2.54:53") }, false},
		"port":        {func(c *resolve.Config) { c.Servers[0].Addr = netip.MustParseAddrPort("192.0.2.53:54") }, false},
		"search list": {func(c *resolve.Config) { c.Search = []resolve.Name{"example.com"} }, false},
		"ndots":       {func(c *resolve.Config) { c.Ndots = 2 }, false},
		"trust-ad":    {func(c *resolve.Config) { c.TrustAD = true }, false},
		"aliases":     {func(c *resolve.Config) { c.Aliases = "/nonexistent" }, false},
		"sources":     {func(c *resolve.Config) { c.Services = c.Services[1:] }, false},
		"not named":   {func(c *resolve.Config) { c.Explicit = false }, false},
	} {
		if same := id(c.change) == was; same != c.same {
			t.Errorf("%s: the same is %t", name, same)
		}
	}
	if err := os.WriteFile(path, []byte(strings.Repeat("#", 20)), 0o600); err != nil {
		t.Fatal(err)
	}
	if id(nothing) == was {
		t.Error("the hosts file has changed")
	}
}
