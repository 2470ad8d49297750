package check_test

import (
	"strings"
	"testing"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/internal/lab"
	"rdnsproxy/resolve"

	"github.com/google/go-cmp/cmp"
)

// laneFor is a lane of a Checker's Resolver.
func laneFor(t *testing.T, c *check.Checker) *resolve.Lane {
	t.Helper()
	lane, ok := c.Resolver.Lane(resolve.LaneOptions{})
	if !ok {
		t.Fatal("no lane")
	}
	t.Cleanup(func() { lane.Close() })
	return lane
}

// TestAheadAsksTheOtherServer: what a lane has asked ahead are answers of the servers that
// are used. The server of Compare is asked all the same.
func TestAheadAsksTheOtherServer(t *testing.T) {
	start := func(addr, name string) *lab.DNSServer {
		s, err := lab.StartDNS(lab.Zone("example.com", "host A "+addr),
			lab.Zone("2.0.192.in-addr.arpa", "41 PTR "+name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	used := start("192.0.2.41", "host.example.com.")
	dead := start("192.0.2.41", "host.example.com.")
	dead.Fault("", lab.Drop)
	for _, test := range []struct {
		other *lab.DNSServer
		want  check.Code
	}{
		{start("192.0.2.41", "host.example.com."), check.CompareSame},
		{start("192.0.2.42", "host.example.com."), check.CompareDiffers},
		{start("192.0.2.41", "other.example.com."), check.CompareDiffers},
		{dead, check.CompareUnknown},
	} {
		checker := func() *check.Checker {
			c := fleetChecker(t, time.Minute, resolve.Server{Addr: used.Addr()})
			cfg := (&resolve.Config{Attempts: 1, Timeout: 500 * time.Millisecond}).WithServers(resolve.Server{Addr: test.other.Addr()})
			c.Compare = &resolve.Resolver{Config: cfg}
			t.Cleanup(func() { c.Compare.Close() })
			return c
		}
		hosts, ahead := []string{"host.example.com", "192.0.2.41"}, checker()
		want := results(t, checker(), hosts, resolve.IPv4, nil)
		got := results(t, ahead, hosts, resolve.IPv4, laneFor(t, ahead))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (- ordinary, + lane):\n%s", test.want, diff)
		}
		if !strings.Contains(got[hosts[0]], string(test.want)) {
			t.Errorf("want %s:\n%s", test.want, got[hosts[0]])
		}
	}
}
