//go:build linux

package e2e

import (
	"context"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"rdnsproxy/check"
	"rdnsproxy/hostsfile"
	"rdnsproxy/resolve"
)

// TestLaneLikeCheck: checks whose questions a lane has asked ahead give the results of
// checks that ask the real nsd themselves, byte for byte but for times.
func TestLaneLikeCheck(t *testing.T) {
	v := newVisit(t)
	v.nsd(servedZones)
	hosts := []string{"any.dyn.example.test", "deep.dyn.example.test", "x.old.example.test", "in.cut.example.test",
		"nosuch.example.test", "web.elsewhere.test", "2001:db8::1", "2001:db8::2", "10.9.0.200", "192.0.2.1"}
	for _, apex := range slices.Sorted(maps.Keys(servedZones)) {
		for _, record := range servedZones[apex] {
			owner, rest, _ := strings.Cut(record, " ")
			if !strings.Contains(owner, "*") && !strings.HasSuffix(apex, ".arpa") {
				hosts = append(hosts, owner+"."+apex)
			}
			if _, address, ok := strings.Cut(rest, "A "); ok && !strings.HasSuffix(apex, ".arpa") {
				hosts = append(hosts, address)
			}
		}
	}
	all := func(lane bool) (results []string, answered uint64) {
		cfg := &resolve.Config{Timeout: 10 * time.Second, Attempts: 1, Ndots: 1}
		c := &check.Checker{
			Resolver: &resolve.Resolver{
				Config: cfg.WithServers(resolve.Server{Addr: netip.MustParseAddrPort("127.0.0.2:53")}),
				Hosts:  new(hostsfile.File),
			},
			Policy: check.Policy{Thorough: true, HostsPath: "/etc/hosts", Client: new(check.Client)},
		}
		defer c.Resolver.Close()
		o := check.StreamOptions{Jobs: 16}
		if lane {
			var ok bool
			if o.Lane, ok = c.Resolver.Lane(resolve.LaneOptions{}); !ok {
				t.Fatal("no lane")
			}
			defer o.Lane.Close()
		}
		asks := func(yield func(string, check.Ask) bool) {
			for _, host := range hosts {
				if !yield(host, check.Ask{Target: check.Target{Input: host, Host: host, Port: 22}}) {
					return
				}
			}
		}
		result := func(ctx context.Context, _ string, a check.Ask) string {
			return comparable(string(c.Check(ctx, a).AppendJSON(nil)))
		}
		results = slices.Collect(check.Stream(t.Context(), c, asks, o, result))
		if lane {
			stats := o.Lane.Stats()
			answered = stats.Answered - stats.Ordinary
		}
		return results, answered
	}
	want, _ := all(false)
	got, answered := all(true)
	if len(want) != len(hosts) || len(got) != len(hosts) {
		t.Fatalf("%d and %d results for %d hosts", len(want), len(got), len(hosts))
	}
	for i, host := range hosts {
		if got[i] != want[i] {
			t.Errorf("%s\nwith a lane %s\nwithout     %s", host, got[i], want[i])
		}
	}
	if answered < 100 {
		t.Errorf("the lane answered %d questions", answered)
	}
}
